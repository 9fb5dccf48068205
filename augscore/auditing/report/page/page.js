"use strict";
(() => {
  const tip = document.getElementById("tip");
  let lit = null;

  const hide = () => {
    tip.hidden = true;
    if (lit) lit.classList.remove("on");
    lit = null;
  };

  const show = (column) => {
    if (lit === column) return;
    hide();
    lit = column;
    column.classList.add("on");
    tip.textContent = column.dataset.tip;
    tip.hidden = false;
    const at = column.getBoundingClientRect();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(at.x + at.width / 2 - tip.offsetWidth / 2, room))}px`;
    const above = at.y - tip.offsetHeight - 6;
    tip.style.top = `${above > 60 ? above : at.bottom + 6}px`;
  };

  document.addEventListener("pointerover", (event) => {
    const column = event.target.closest("[data-tip]");
    if (column) show(column);
    else hide();
  });
  document.addEventListener("scroll", hide, { passive: true });

  const moves = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  for (const chart of document.querySelectorAll("svg.chart")) {
    const columns = [...chart.querySelectorAll("[data-tip]")];
    if (!columns.length) continue;
    let here = 0;
    chart.tabIndex = 0;
    chart.addEventListener("focus", () => chart.matches(":focus-visible") && show(columns[here]));
    chart.addEventListener("blur", hide);
    chart.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
      if (!(event.key in moves)) return;
      event.preventDefault();
      here = Math.max(0, Math.min(columns.length - 1, here + moves[event.key]));
      show(columns[here]);
    });
  }

  const boxes = [...document.querySelectorAll("[data-shows]")];
  const apply = (box) => {
    for (const part of document.querySelectorAll(`[data-op="${box.dataset.shows}"]`)) {
      part.classList.toggle("off", !box.checked);
    }
  };
  for (const box of boxes) {
    box.hidden = false;
    box.checked = true;
    box.addEventListener("change", () => apply(box));
  }
  for (const all of document.querySelectorAll(".all")) all.hidden = false;
  for (const button of document.querySelectorAll("[data-all]")) {
    button.addEventListener("click", () => {
      for (const box of boxes) {
        box.checked = button.dataset.all === "1";
        apply(box);
      }
    });
  }
  document.body.classList.add("live");
})();
