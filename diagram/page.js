"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const told = document.getElementById("told");
  const canvas = document.getElementById("canvas");
  const chart = document.getElementById("chart");
  const search = document.getElementById("search");
  const found = document.getElementById("found");

  // What is shown of each item: its box, its bar, and the bars of what is inside it.
  const marks = new Map();
  const mark = (id, element) => marks.set(id, (marks.get(id) || []).concat(element));
  const boxes = all("a.box");
  const rows = all(".row");
  const items = all("[data-item]");
  for (const element of items) {
    mark(element.dataset.item, element);
  }
  const boxOf = new Map(boxes.map((box) => [box.dataset.item, box]));

  // Tooltips of the browser would cover what the details tell; who cannot see has the labels.
  for (const title of all("a.box > title")) {
    title.remove();
  }

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

  for (const element of items) {
    const id = element.dataset.item;
    element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(id));
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && show(pinned));
    element.addEventListener("focus", () => show(id));
    element.addEventListener("click", (event) => {
      event.preventDefault();
      pinned = pinned === id && event.detail > 0 ? "" : id;
      show(id);
      reveal(id);
    });
  }
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

  const text = (element) => (element.dataset.find || element.getAttribute("aria-label") || "").toLowerCase();
  const texts = new Map(items.map((element) => [element, text(element)]));
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
  const natural = Number(chart.getAttribute("width"));
  zoom.hidden = false;
  zoom.addEventListener("click", (event) => {
    const way = event.target.dataset.zoom;
    if (!way) {
      return;
    }
    const now = chart.getBoundingClientRect().width;
    const fit = Math.min(canvas.clientWidth, canvas.clientHeight * natural / Number(chart.getAttribute("height")));
    const width = way === "fit" ? fit : now * (way === "in" ? 1.3 : 1 / 1.3);
    chart.style.minWidth = "0";
    chart.style.maxWidth = "none";
    chart.style.width = Math.max(120, Math.min(width, natural * 4)) + "px";
  });

  const first = document.querySelector("article.first");
  if (first) {
    within(canvas, (marks.get(first.id) || []).find((element) => element.closest(".canvas")));
  }
})();
