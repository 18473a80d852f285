'use strict';
(() => {
  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const list = document.getElementById('list');
  const items = [...list.querySelectorAll('li')].map(li => ({ li, text: li.dataset.find.toLowerCase() }));
  const groups = [...list.querySelectorAll('.group')];

  // Show what has all the words.
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const { li, text } of items) {
      li.hidden = !words.every(w => text.includes(w));
      if (!li.hidden) n++;
    }
    for (const g of groups) g.hidden = words.length > 0 && !g.querySelector('li:not([hidden])');
    document.body.classList.toggle('searching', words.length > 0);
    found.textContent = words.length ? (n === 1 ? '1 found' : n + ' found') : '';
  };
  search.addEventListener('input', filter);
  search.addEventListener('keydown', e => {
    if (e.key === 'Enter') {
      const first = list.querySelector('li:not([hidden]) a');
      if (first) { location.hash = first.getAttribute('href'); search.blur(); }
    }
    if (e.key === 'Escape') { search.value = ''; filter(); }
  });
  document.addEventListener('keydown', e => {
    if (e.key === '/' && document.activeElement !== search) { e.preventDefault(); search.focus(); }
  });

  // Mark the page that is shown.
  const mark = () => {
    for (const old of list.querySelectorAll('.here')) old.classList.remove('here');
    let id = location.hash;
    try { id = decodeURIComponent(id); } catch { /* as it is */ }
    for (const a of list.querySelectorAll('a')) {
      if (a.hash === location.hash || decodeURIComponent(a.hash) === id) {
        (a.classList.contains('pkg') ? a : a.parentElement).classList.add('here');
        a.scrollIntoView({ block: 'nearest' });
      }
    }
    document.body.classList.remove('searching');
    scrollTo(0, 0);
  };
  addEventListener('hashchange', mark);
  if (location.hash) mark();
})();
