"use strict";
// Everything below makes the page easier to use; nothing on it needs this.
const table = document.getElementById("clusters");

function open(hash) {
  const target = document.getElementById(hash.slice(1));
  for (let at = target; at; at = at.parentElement) {
    if (at.tagName === "DETAILS") at.open = true;
  }
  return target;
}

function value(cluster, column) {
  const cell = cluster.rows[0].cells[column];
  return column === 0 ? cell.textContent.trim() : cell.dataset.value;
}

function sort(column, ascending) {
  const clusters = [...table.tBodies].map((body) => [value(body, column), body]);
  const numbers = column > 0 && column < 4;
  const compare = numbers ? (a, b) => a[0] - b[0] : (a, b) => a[0].localeCompare(b[0]);
  clusters.sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
  table.append(...clusters.map((pair) => pair[1]));
  [...table.tHead.rows[0].cells].forEach((cell, place) => {
    if (place === column) cell.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    else cell.removeAttribute("aria-sort");
  });
}

function sortable() {
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const was = cell.getAttribute("aria-sort");
      sort(column, was ? was === "descending" : column === 0 || column === 4);
    });
  });
}

function filterable() {
  const [tools, find, relation, found] = ["tools", "find", "relation", "found"].map((id) => document.getElementById(id));
  const folded = (text) => text.normalize("NFKC").toLowerCase();
  const words = new Map();
  function filter() {
    if (!words.size) for (const body of table.tBodies) words.set(body, folded(body.textContent));
    const wanted = folded(find.value.trim());
    let shown = 0;
    for (const [body, text] of words) {
      const fits = text.includes(wanted) && (!relation.value || body.dataset.relations.split(" ").includes(relation.value));
      body.hidden = !fits;
      shown += fits;
    }
    found.textContent = `${shown.toLocaleString("en")} of ${words.size.toLocaleString("en")} clusters on this page`;
  }
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", filter);
  relation.addEventListener("change", filter);
}

function toggling() {
  table.addEventListener("click", (event) => {
    const link = event.target.closest("th a");
    if (!link) return;
    event.preventDefault();
    const details = document.getElementById(link.hash.slice(1)).closest("details");
    details.open = !details.open;
  });
}

if (table) {
  sortable();
  filterable();
  toggling();
}
window.addEventListener("hashchange", () => open(location.hash));
const first = open(location.hash);
if (first) first.scrollIntoView();
