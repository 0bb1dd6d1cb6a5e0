"""How Teams colours cards, light and dark: a host configuration for the renderer, and the frame around the card.

The colours are those of Fluent 2, which Teams is made of; the sizes are its too.
"""

from typing import Any

Json = dict[str, Any]

THEMES = {
    "light": {
        "page": "#f5f5f5", "card": "#ffffff", "text": "#242424", "quiet": "#616161", "line": "#d1d1d1",
        "brand": "#5b5fc7", "on-brand": "#ffffff", "emphasis": "#f5f5f5", "accent": "#ebefff", "good": "#f1faf1",
        "warning": "#fff9f5", "attention": "#fdf6f6", "good-text": "#0e700e", "warning-text": "#8a3707",
        "attention-text": "#b10e1c", "button": "#ffffff", "mention": "#4f52b2",
    },
    "dark": {
        "page": "#1f1f1f", "card": "#292929", "text": "#ffffff", "quiet": "#adadad", "line": "#525252",
        "brand": "#7f85f5", "on-brand": "#ffffff", "emphasis": "#1f1f1f", "accent": "#2f2f4a", "good": "#052505",
        "warning": "#411200", "attention": "#3b0509", "good-text": "#54b054", "warning-text": "#faa06b",
        "attention-text": "#e37d80", "button": "#333333", "mention": "#a6a7dc",
    },
}  # fmt: skip
STYLE = """
* { box-sizing: border-box } body { margin: 0 }
#frame { padding: 20px 24px; background: var(--page); color: var(--text); font: 14px/20px 'Segoe UI', 'Selawik',
 'Open Sans', 'Noto Sans', 'Liberation Sans', sans-serif; color-scheme: light }
#frame.dark { color-scheme: dark }
.head { display: flex; align-items: center; gap: 8px; margin-bottom: 8px }
.head i { width: 32px; height: 32px; border-radius: 6px; background: var(--brand) }
.head i::after { content: 'R'; display: block; font: 700 18px/32px sans-serif; text-align: center; color: #fff }
.time { color: var(--quiet); font-size: 12px }
.dialog .head b { font-size: 18px } .close { margin-left: auto; color: var(--quiet) }
#card { background: var(--card); border: 1px solid var(--line); border-radius: 6px; overflow: hidden;
 box-shadow: 0 1px 2px #0002 }
.ac-adaptiveCard { outline: 0 } .ac-anchor, #card a { color: var(--brand); text-decoration: none }
.ac-textBlock p { margin: 0 0 6px } .ac-textBlock p:last-child { margin-bottom: 0 }
.mention { color: var(--mention); font-weight: 600 }
.ac-container { border-radius: 4px }
.ac-choiceSetInput-filtered-container.ac-input { border: 0; padding: 0; width: 100% }
.ac-choiceSetInput-filtered-textbox { width: 100% } .ac-choiceSetInput-filtered-dropdown { display: none }
.ac-pushButton { font: 600 14px/20px inherit; font-family: inherit; height: 32px; padding: 5px 12px; cursor: pointer;
 max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-radius: 4px;
 border: 1px solid var(--line); background: var(--button); color: var(--text) }
.ac-pushButton.style-positive { background: var(--brand); border-color: var(--brand); color: var(--on-brand) }
#frame.dark .ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7 }
.ac-pushButton.style-destructive { color: var(--attention-text); border-color: var(--attention-text) }
.ac-input { font: inherit; color: inherit; background: var(--button); border: 1px solid var(--line); padding: 6px 10px;
 border-radius: 4px; border-bottom-color: var(--quiet) }
.ac-input-container input[type=checkbox], .ac-input-container input[type=radio] { border: 0 }
.ac-toggleInput, .ac-choiceSetInput-expanded { border: 0; background: none; padding: 0 }
.ac-choiceSetInput-expanded > * { margin: 4px 0 }
textarea.ac-input { min-height: 76px }
.ac-input-required-indicator { color: var(--attention-text) }
.ac-actionSet { flex-wrap: wrap; row-gap: 8px } .ac-actionSet > * { flex-shrink: 0 !important }
"""


def host_config(theme: str) -> Json:
    """The renderer's configuration for a theme."""
    colors = THEMES[theme]
    text = {
        "default": _color(colors["text"], colors["quiet"]),
        "dark": _color("#242424", "#616161"),
        "light": _color("#ffffff", "#adadad"),
        "accent": _color(colors["brand"], colors["brand"]),
        **{tone: _color(colors[f"{tone}-text"], colors[f"{tone}-text"]) for tone in ("good", "warning", "attention")},
    }
    styles = {"default": "card", **{name: name for name in ("emphasis", "accent", "good", "warning", "attention")}}
    sizes = {"small": 12, "default": 14, "medium": 16, "large": 18, "extraLarge": 24}
    weights = {"lighter": 400, "default": 400, "bolder": 600}
    heights = {"small": 16, "default": 20, "medium": 22, "large": 24, "extraLarge": 32}
    family = {"default": "inherit", "monospace": "Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"}
    return {
        "supportsInteractivity": True,
        "spacing": {"small": 4, "default": 12, "medium": 16, "large": 20, "extraLarge": 24, "padding": 16},
        "separator": {"lineThickness": 1, "lineColor": colors["line"]},
        "fontTypes": {
            kind: {"fontFamily": name, "fontSizes": sizes, "fontWeights": weights} for kind, name in family.items()
        },
        "lineHeights": heights,
        "textStyles": {"heading": {"size": "large", "weight": "bolder"}, "columnHeader": {"weight": "bolder"}},
        "textBlock": {"headingLevel": 2},
        "containerStyles": {
            name: {"backgroundColor": colors[color], "foregroundColors": text, "borderColor": colors["line"]}
            for name, color in styles.items()
        },
        "actions": {
            "maxActions": 6, "spacing": "default", "buttonSpacing": 8, "actionsOrientation": "horizontal",
            "actionAlignment": "left", "showCard": {"actionMode": "inline", "inlineTopMargin": 12, "style": "emphasis"},
        },
        "factSet": {
            "title": {"weight": "bolder", "wrap": True, "maxWidth": 220}, "value": {"wrap": True}, "spacing": 12,
        },
        "inputs": {
            "label": {
                "requiredInputs": {"weight": "bolder", "suffix": " *", "suffixColor": "attention"},
                "optionalInputs": {"weight": "bolder"}, "inputSpacing": "small",
            },
            "errorMessage": {"color": "attention", "size": "small", "spacing": "small"},
        },
        "table": {"cellSpacing": 8},
    }  # fmt: skip


def _color(default: str, subtle: str) -> Json:
    return {"default": default, "subtle": subtle}
