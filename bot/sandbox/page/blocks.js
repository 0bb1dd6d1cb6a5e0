// Block Kit as elements. `act(element, block, given)` is called when a person presses or chooses something.

import { ask, h, menu } from "./dom.js";
import { markdown, mrkdwn, richText, textOf, withEmoji } from "./mrkdwn.js";

let state;
export const setState = (value) => { state = value; };

const hooks = (element, block) => ({ "data-action-id": element.action_id, "data-block-id": block.block_id });
export const optionsOf = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];

export function blocks(list, act, values = {}, errors = {}) {
  return h("div", { class: "blocks" }, list.map((block) => {
    const draw = BLOCKS[block.type];
    const inner = draw ? draw(block, act, values, errors) : h("div", { class: "unknown" }, `[${block.type} block]`);
    inner.classList.add("block", `block-${block.type}`);
    inner.dataset.blockId = block.block_id ?? "";
    return inner;
  }));
}

const BLOCKS = {
  header: (block) => h("h3", {}, withEmoji(block.text.text)),
  divider: () => h("hr"),
  markdown: (block) => markdown(block.text),
  rich_text: (block) => richText(block),
  context: (block) => h("div", {}, block.elements.map((one) => (one.type === "image" ? picture(one) : textOf(one)))),
  section: (block, act, values) => h("div", {},
    h("div", { class: "section-text" },
      block.text && textOf(block.text),
      block.fields && h("div", { class: "fields" }, block.fields.map(textOf))),
    block.accessory && h("div", { class: "accessory" }, control(block.accessory, block, act, values))),
  actions: (block, act, values) => h("div", {}, block.elements.map((one) => control(one, block, act, values))),
  image: (block) => h("figure", {}, block.title && h("figcaption", {}, textOf(block.title)), inFull(block)),
  input: (block, act, values, errors) => {
    const wrong = errors[block.block_id], id = `${block.block_id}-label`;
    const field = control(block.element, block, block.dispatch_action ? act : null, values, act);
    field.setAttribute("aria-labelledby", id);
    if (wrong) field.setAttribute("aria-invalid", "true");
    return h("div", { class: wrong ? "wrong" : "" },
      h("div", { class: "label", id }, block.label.text, block.optional && h("span", { class: "optional" }, " (optional)")),
      field,
      wrong && h("div", { class: "error", role: "alert" }, wrong),
      block.hint && h("div", { class: "hint" }, block.hint.text));
  },
  table: (block) => h("div", { class: "table", role: "region", tabindex: 0, "aria-label": "Table" }, h("table", {}, h("tbody", {},
    block.rows.map((row, at) => h("tr", {}, row.map((cell, column) => {
      const settings = (block.column_settings ?? [])[column] ?? {};
      const inner = cell.type === "rich_text" ? richText(cell) : String(cell.text ?? cell.value ?? "");
      return h(at ? "td" : "th", { class: `${settings.align ?? ""} ${settings.is_wrapped ? "wrap" : ""}` }, inner);
    })))))),
};

function picture(image) {
  const own = image.slack_file?.id ? `/sandbox/files/${image.slack_file.id}` : image.image_url ?? "";
  const node = h("img", { src: own, alt: image.alt_text, title: image.alt_text });
  // Only this server's own pictures are loaded: a sandbox makes no requests to the outside.
  node.addEventListener("error", () => node.replaceWith(h("span", { class: "no-picture" }, `🖼 ${image.alt_text}`)));
  return node;
}

// An uploaded picture opens in its own size, as in Slack.
function inFull(image) {
  const node = picture(image), file = image.slack_file?.id;
  return file ? h("a", { href: `/sandbox/files/${file}`, target: "_blank", rel: "noopener", title: "Open in full size" }, node) : node;
}

// `act` is null for an input that only holds a value until the form is sent; `act.hold` remembers it.
function control(element, block, act, values, holder = act) {
  const held = values[block.block_id]?.[element.action_id] ?? {};
  const draw = CONTROLS[element.type] ?? (element.type === "image" ? picture : unsupported);
  const give = (given) => {
    if (holder?.hold) holder.hold(element, block, given);
    if (act) confirmed(element, () => act(element, block, given));
  };
  const node = draw(element, block, give, held);
  if (element.action_id) Object.entries(hooks(element, block)).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

const unsupported = (element) => h("span", { class: "unknown" }, `[${element.type}]`);

async function confirmed(element, go) {
  const question = element.confirm;
  if (question && !(await ask({
    title: question.title.text, text: textOf(question.text), confirm: question.confirm.text, deny: question.deny.text, style: question.style,
  }))) return;
  go();
}

const choices = (element) => optionsOf(element).map((one) => [one.value, one.text.text, one.description?.text]);
const persons = () => state.people.map((one) => [one.id, one.real_name]);
const channels = () => state.rooms.filter((room) => room.name).map((room) => [room.id, `#${room.name}`]);

function select(list, chosen) {
  return (element, block, give, held) => {
    const now = chosen(held) ?? "", words = element.placeholder?.text ?? "Choose an option";
    const box = h("select", { class: "select", "aria-label": words, onchange: () => give(box.value) },
      h("option", { value: "" }, words), list(element).map(([value, label]) => h("option", { value }, label)));
    box.value = now;
    return box;
  };
}

function multi(list, chosen) {
  return (element, block, give, held) => {
    let now = [...(chosen(held) ?? [])];
    const words = element.placeholder?.text ?? "Add an option";
    const node = h("div", { class: "multi" });
    const draw = () => {
      const entries = list(element);
      const add = h("select", { class: "select", "aria-label": words, onchange: () => { now.push(add.value); give(now); draw(); } },
        h("option", { value: "" }, words), entries.filter(([value]) => !now.includes(value)).map(([value, label]) => h("option", { value }, label)));
      node.replaceChildren(...now.map((value) => {
        const label = entries.find((entry) => entry[0] === value)?.[1] ?? value;
        const remove = () => { now = now.filter((one) => one !== value); give(now); draw(); };
        return h("span", { class: "chip" }, label, h("button", { type: "button", "aria-label": `Remove ${label}`, onclick: remove }, "×"));
      }), add);
    };
    draw();
    return node;
  };
}

function group(kind) {
  return (element, block, give, held) => {
    const now = kind === "radio" ? [held.selected_option?.value] : (held.selected_options ?? []).map((one) => one.value);
    const name = `${block.block_id}-${element.action_id}`;
    const node = h("div", { class: "group", role: kind === "radio" ? "radiogroup" : "group" }, optionsOf(element).map((option) => {
      const box = h("input", { type: kind, name, value: option.value, checked: now.includes(option.value) });
      return h("label", {}, box, h("span", {}, textOf(option.text), option.description && h("span", { class: "hint" }, textOf(option.description))));
    }));
    node.addEventListener("change", () => {
      const picked = [...node.querySelectorAll("input:checked")].map((box) => box.value);
      give(kind === "radio" ? picked[0] : picked);
    });
    return node;
  };
}

function typed(type) {
  return (element, block, give, held) => {
    const several = element.multiline, limit = element.max_length;
    const node = h(several ? "textarea" : "input", {
      class: "text", type: several ? null : type, rows: several ? 5 : null, maxlength: limit,
      placeholder: element.placeholder?.text, value: held.value ?? "", oninput: () => give(node.value),
    });
    return node;
  };
}

const pick = (type, key) => (element, block, give, held) =>
  h("input", { class: "text short", type, value: held[key] ?? "", onchange: (event) => give(event.target.value) });

function search(element, block, give, held) {
  const found = h("div", { class: "found" }), now = h("span", {}, held.selected_option?.text?.text ?? "");
  const box = h("input", { class: "text", type: "search", placeholder: element.placeholder?.text ?? "Search", oninput: async () => {
    const told = await state.act("options", { action: element.action_id, typed: box.value });
    found.replaceChildren(...(told?.options ?? []).map((one) =>
      h("button", { type: "button", onclick: () => { give(one); now.textContent = one.text.text; found.replaceChildren(); } }, one.text.text)));
  } });
  return h("div", { class: "search" }, now, box, found);
}

const CONTROLS = {
  button: (element, block, give) => {
    const node = h("button", { type: "button", class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label, onclick: () => {
      if (element.url && /^https?:/i.test(element.url)) window.open(element.url, "_blank", "noopener,noreferrer");
      node.classList.add("busy");
      setTimeout(() => node.classList.remove("busy"), 600);
      give(element.value);
    } }, withEmoji(element.text.text));
    if (element.value) node.dataset.value = element.value;
    return node;
  },
  overflow: (element, block, give) => {
    const node = h("button", { type: "button", class: "button overflow", "aria-label": "More actions", "aria-haspopup": "menu", onclick: () =>
      menu(node, optionsOf(element).map((one) => [withEmoji(one.text.text), () => give(one.value), { "data-value": one.value }])) }, "⋯");
    return node;
  },
  static_select: select(choices, (held) => held.selected_option?.value),
  users_select: select(persons, (held) => held.selected_user),
  conversations_select: select(channels, (held) => held.selected_conversation),
  channels_select: select(channels, (held) => held.selected_channel),
  multi_static_select: multi(choices, (held) => held.selected_options?.map((one) => one.value)),
  multi_users_select: multi(persons, (held) => held.selected_users),
  multi_conversations_select: multi(channels, (held) => held.selected_conversations),
  multi_channels_select: multi(channels, (held) => held.selected_channels),
  external_select: search,
  radio_buttons: group("radio"),
  checkboxes: group("checkbox"),
  plain_text_input: typed("text"),
  email_text_input: typed("email"),
  url_text_input: typed("url"),
  number_input: typed("number"),
  datepicker: pick("date", "selected_date"),
  timepicker: pick("time", "selected_time"),
};

export function attachment(one, act) {
  const origin = one.is_share ? `Posted in #${state.rooms.find((room) => room.id === one.channel_id)?.name ?? "a conversation"}` : one.footer;
  return h("div", { class: "attachment", "data-share": one.is_share ? "yes" : null },
    one.author_name && h("div", { class: "author" }, one.author_name),
    one.title && h("div", { class: "author" }, one.title),
    one.blocks ? blocks(one.blocks, act) : mrkdwn(one.text ?? one.fallback ?? ""),
    one.image_url && picture({ image_url: one.image_url, alt_text: one.fallback ?? "picture" }),
    origin && h("div", { class: "hint" }, origin));
}
