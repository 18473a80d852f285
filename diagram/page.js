"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const told = document.getElementById("told");
  const canvas = document.getElementById("canvas");
  const search = document.getElementById("search");
  const found = document.getElementById("found");

  // What is shown of each item: its box, its bar, and the bars of what is inside it.
  const marks = new Map();
  const boxOf = new Map();
  const texts = new Map();
  const rows = all(".row");
  let chart;
  let boxes = [];
  const mark = (id, element) => marks.set(id, (marks.get(id) || []).concat(element));
  const text = (element) => (element.dataset.find || element.getAttribute("aria-label") || "").toLowerCase();

  let pinned = "";
  let shown = "";
  const show = (id) => {
    if (id === shown) {
      return;
    }
    shown = id;
    for (const element of all(".on")) {
      element.classList.remove("on");
    }
    for (const article of all("#items > .shown")) {
      article.classList.remove("shown");
    }
    const article = id && document.getElementById(id);
    if (!article) {
      return;
    }
    article.classList.add("shown");
    told.scrollTop = 0;
    for (const element of marks.get(id) || []) {
      element.classList.add("on");
      if (element.dataset.box && boxOf.has(element.dataset.box)) {
        boxOf.get(element.dataset.box).classList.add("on");
      }
    }
  };

  const within = (frame, element) => {
    if (!frame || !element) {
      return;
    }
    const outer = frame.getBoundingClientRect();
    const inner = element.getBoundingClientRect();
    if (inner.left < outer.left || inner.right > outer.right) {
      frame.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
    }
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      frame.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
    }
  };
  const reveal = (id) => {
    for (const element of marks.get(id) || []) {
      within(element.closest(".canvas, .rows"), element);
      within(canvas, element.dataset.box && boxOf.get(element.dataset.box));
    }
  };

  const listen = (element) => {
    const id = element.dataset.item;
    texts.set(element, text(element));
    mark(id, element);
    element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(id));
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && show(pinned));
    element.addEventListener("focus", () => show(id));
    element.addEventListener("click", (event) => {
      event.preventDefault();
      pinned = pinned === id && event.detail > 0 ? "" : id;
      show(id);
      reveal(id);
    });
  };
  for (const element of all("[data-item]:not(.box)")) {
    listen(element);
  }

  // Where the chart or the waterfall is cut it fades.
  const fall = document.getElementById("rows");
  const fade = () => {
    fall?.classList.toggle("cut-bottom", fall.scrollHeight - fall.clientHeight - fall.scrollTop > 2);
    const right = canvas.scrollWidth - canvas.clientWidth - canvas.scrollLeft;
    const bottom = canvas.scrollHeight - canvas.clientHeight - canvas.scrollTop;
    canvas.classList.toggle("cut-left", canvas.scrollLeft > 2);
    canvas.classList.toggle("cut-right", right > 2);
    canvas.classList.toggle("cut-top", canvas.scrollTop > 2);
    canvas.classList.toggle("cut-bottom", bottom > 2);
  };
  canvas.addEventListener("scroll", fade, { passive: true });
  fall?.addEventListener("scroll", fade, { passive: true });
  addEventListener("resize", fade);

  // A chart is in use: the first one, or that of all boxes.
  const use = (drawn) => {
    for (const box of boxes) {
      marks.set(box.dataset.item, (marks.get(box.dataset.item) || []).filter((element) => element !== box));
    }
    boxOf.clear();
    canvas.replaceChildren(drawn);
    chart = drawn;
    chart.id = "chart";
    boxes = Array.from(drawn.querySelectorAll("a.box"));
    for (const box of boxes) {
      // Tooltips of the browser would cover what the details tell; who cannot see has the labels.
      box.querySelector(":scope > title")?.remove();
      boxOf.set(box.dataset.item, box);
      listen(box);
    }
    fade();
  };
  use(document.getElementById("chart"));
  const few = chart;
  const toggle = document.getElementById("boxes");
  toggle?.addEventListener("click", () => {
    const whole = chart === few;
    use(whole ? document.getElementById("whole").content.firstElementChild.cloneNode(true) : few);
    toggle.setAttribute("aria-pressed", String(whole));
    toggle.textContent = whole ? toggle.dataset.few : toggle.dataset.all;
    look();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape") {
      pinned = "";
      show("");
      search.value = "";
      look();
    }
  });

  let hits = [];
  let next = 0;
  const look = () => {
    const words = search.value.trim().toLowerCase();
    const hit = (element) => words !== "" && (texts.get(element) || "").includes(words);
    const ids = new Set();
    for (const box of boxes) {
      const is = hit(box);
      box.classList.toggle("hit", is);
      box.classList.toggle("miss", words !== "" && !is && !box.classList.contains("frame"));
      if (is) {
        ids.add(box.dataset.item);
      }
    }
    // A row stays if it is one that is looked for, or around one.
    let around = -1;
    for (const row of rows.slice().reverse()) {
      const depth = Number(row.dataset.depth);
      const is = hit(row);
      if (is) {
        ids.add(row.dataset.item);
      }
      const stays = words === "" || is || depth < around;
      if (words !== "" && (is || depth < around)) {
        around = depth;
      }
      row.classList.toggle("gone", !stays);
    }
    hits = Array.from(ids);
    next = 0;
    found.textContent = words === "" ? "" : hits.length + " found";
    if (hits.length > 0) {
      reveal(hits[0]);
    }
  };
  search.disabled = false;
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hits.length > 0) {
      pinned = hits[next % hits.length];
      next++;
      show(pinned);
      reveal(pinned);
    }
  });

  const zoom = document.getElementById("zoom");
  zoom.hidden = false;
  zoom.addEventListener("click", (event) => {
    const way = event.target.dataset.zoom;
    if (!way) {
      return;
    }
    const natural = Number(chart.getAttribute("width"));
    const now = chart.getBoundingClientRect().width;
    const fit = Math.min(canvas.clientWidth, canvas.clientHeight * natural / Number(chart.getAttribute("height")));
    const width = way === "fit" ? fit : now * (way === "in" ? 1.3 : 1 / 1.3);
    chart.style.minWidth = "0";
    chart.style.maxWidth = "none";
    chart.style.zoom = "1";
    chart.style.width = Math.max(120, Math.min(width, natural * 4)) + "px";
    fade();
  });

  const first = document.querySelector("article.first");
  if (first) {
    within(canvas, (marks.get(first.id) || []).find((element) => element.closest(".canvas")));
  }
})();
