// Building the page: elements from plain calls, text only ever as text nodes, nothing from strings of markup.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

// Replace what a node holds, leaving out what is absent.
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
}

// Keep what did not change, so that focus, open menus and scroll position survive a live update.
export function reconcile(container, items, key, build, signature = JSON.stringify) {
  const old = new Map([...container.children].map((node) => [node.dataset.key, node]));
  const wanted = items.map((item) => {
    const name = String(key(item)), mark = signature(item), kept = old.get(name);
    if (kept && kept.signature === mark) return kept;
    const node = build(item);
    node.dataset.key = name;
    node.signature = mark;
    return node;
  });
  wanted.forEach((node, index) => {
    if (container.children[index] !== node) container.insertBefore(node, container.children[index] ?? null);
  });
  while (container.children.length > wanted.length) container.lastElementChild.remove();
}

export function toast(text) {
  const node = h("div", { class: "toast", "data-testid": "toast" }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}

export function menu(anchor, entries) {
  document.querySelector(".menu")?.remove();
  const close = () => { box.remove(); document.removeEventListener("click", outside, true); };
  const outside = (event) => { if (!box.contains(event.target)) close(); };
  const box = h("div", { class: "menu", role: "menu" }, entries.map(([label, act, attributes]) =>
    h("button", { type: "button", role: "menuitem", ...attributes, onclick: () => { close(); anchor.focus(); act(); } }, label)));
  box.addEventListener("keydown", (event) => {
    const buttons = [...box.children], at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") { event.stopPropagation(); close(); anchor.focus(); }
    if (event.key === "ArrowDown") { event.preventDefault(); buttons[(at + 1) % buttons.length].focus(); }
    if (event.key === "ArrowUp") { event.preventDefault(); buttons[(at - 1 + buttons.length) % buttons.length].focus(); }
  });
  (anchor.closest("dialog") ?? document.body).append(box);
  const place = anchor.getBoundingClientRect();
  const left = Math.min(place.left, window.innerWidth - box.offsetWidth - 8);
  const below = place.bottom + 4 + box.offsetHeight < window.innerHeight;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, below ? place.bottom + 4 : place.top - box.offsetHeight - 4)}px`;
  box.firstElementChild?.focus();
  setTimeout(() => document.addEventListener("click", outside, true));
}

export function ask({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    const done = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const dialog = h("dialog", { class: "modal confirm", "data-testid": "confirm" },
      h("div", { class: "modal-head" }, h("h2", {}, title)),
      h("div", { class: "modal-body" }, text),
      h("div", { class: "modal-foot" },
        h("button", { type: "button", class: "button", onclick: () => done(false) }, deny),
        h("button", { type: "button", class: `button ${style === "danger" ? "danger" : "primary"}`, onclick: () => done(true) }, confirm)));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); done(false); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
