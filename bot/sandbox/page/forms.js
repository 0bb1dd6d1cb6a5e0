// The forms the bot opens. What a person types is held here until it is sent, so that live updates do not disturb it.

import { blocks } from "./blocks.js";
import { h } from "./dom.js";

const typed = new Map(); // view id -> { "block.action": value }
let shown = "", dialog = null;

export function drawForms(state, act) {
  const top = state.forms.at(-1);
  const mark = top ? JSON.stringify([state.viewer, top.id, top.hash, top.errors, top.trouble]) : "";
  if (mark === shown) return;
  shown = mark;
  const same = top && dialog?.dataset.inputs === inputs(top).join(" "); // else it is another form in the same window
  const focused = document.activeElement?.dataset?.actionId, scroll = same ? dialog.querySelector(".modal-body").scrollTop : 0;
  dialog?.close();
  dialog?.remove();
  dialog = top ? form(top, state.forms.length, act) : null;
  if (!dialog) return;
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".modal-body").scrollTop = scroll;
  const wrong = dialog.querySelector("[aria-invalid] input, [aria-invalid] select, input[aria-invalid], textarea[aria-invalid], select[aria-invalid]");
  (wrong ?? (focused && dialog.querySelector(`[data-action-id="${CSS.escape(focused)}"]`)) ?? dialog.querySelector("input, textarea, select"))?.focus();
}

function form(view, depth, act) {
  const values = typed.get(view.id) ?? typed.set(view.id, {}).get(view.id);
  const known = inputs(view);
  for (const name of Object.keys(values)) if (!known.includes(name)) delete values[name];
  const press = (element, block, given) => act("forms/press", { view: view.id, action: element.action_id, block: block.block_id, option: given, values });
  press.hold = (element, block, given) => { if (element.type !== "button" && element.type !== "overflow") values[`${block.block_id}.${element.action_id}`] = given; };
  const close = (all) => act("forms/close", { view: view.id, all });
  const send = async () => {
    const button = node.querySelector("[data-testid=modal-submit]");
    button.disabled = true;
    button.classList.add("busy");
    await act("forms/submit", { view: view.id, values });
    button.disabled = false;
    button.classList.remove("busy");
  };
  const node = h("dialog", { class: "modal", "data-testid": "modal", "data-view-id": view.id, "data-inputs": known.join(" "), "aria-label": view.title.text },
    h("div", { class: "modal-head" },
      depth > 1 && h("button", { type: "button", class: "icon", "aria-label": "Back", onclick: () => close(false) }, "‹"),
      h("h2", {}, view.title.text),
      h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => close(true) }, "✕")),
    h("div", { class: "modal-body" },
      view.trouble && h("div", { class: "trouble", role: "alert" }, view.trouble),
      blocks(view.blocks, press, overlay(view, values), view.errors)),
    h("div", { class: "modal-foot" },
      h("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: () => close(false) }, view.close?.text ?? "Cancel"),
      view.submit && h("button", { type: "button", class: "button primary", "data-testid": "modal-submit", onclick: send }, view.submit.text)));
  node.addEventListener("cancel", (event) => { event.preventDefault(); close(true); });
  node.addEventListener("keydown", (event) => {
    const line = event.target.tagName === "INPUT" && event.target.type !== "search";
    if (event.key === "Enter" && view.submit && (line || event.metaKey || event.ctrlKey)) { event.preventDefault(); send(); }
  });
  return node;
}

// The names of all that can be filled in or chosen in a view.
function inputs(view) {
  const held = (block) => [block.element, block.accessory, ...(block.elements ?? [])].filter((each) => each?.action_id);
  return view.blocks.flatMap((block) => held(block).map((each) => `${block.block_id}.${each.action_id}`));
}

// What the workspace holds for each input, with what was typed since on top.
function overlay(view, values) {
  const merged = structuredClone(view.state.values);
  for (const block of view.blocks) {
    for (const element of [block.element, block.accessory, ...(block.elements ?? [])]) {
      const given = element && values[`${block.block_id}.${element.action_id}`];
      if (given === undefined || !element) continue;
      (merged[block.block_id] ??= {})[element.action_id] = asHeld(element, given);
    }
  }
  return merged;
}

function asHeld(element, given) {
  const option = (value) => (typeof value === "object" ? value : { value, text: { text: value } });
  const several = Array.isArray(given) ? given : [];
  return {
    value: given, selected_option: given ? option(given) : null, selected_options: several.map(option), selected_user: given,
    selected_users: several, selected_conversation: given, selected_conversations: several, selected_channel: given,
    selected_channels: several, selected_date: given, selected_time: given,
  };
}
