"""The page's looks: Gradio's own theme with local fonts and calm colours, and one small style sheet.

Does not know any page. No font, image or script of another origin is named here.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_HERE = Path(__file__).parent
CSS = (_HERE / "page.css").read_text(encoding="utf-8")
SCRIPT = (_HERE / "page.js").read_text(encoding="utf-8")
FONTS = (
    "system-ui",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "sans-serif",
)
_INK = gr.themes.Color(
    name="ink", c50="#eef3f9", c100="#dbe6f2", c200="#b9cde5", c300="#8fb0d4", c400="#5d8abd", c500="#36699f",
    c600="#1f4f86", c700="#1a416e", c800="#173759", c900="#132b45", c950="#0c1c2e",
)  # fmt: skip


def theme() -> gr.themes.Base:
    """Gradio's Base theme in one dark blue, square corners, 44 px controls."""
    base = gr.themes.Base(
        primary_hue=_INK,
        secondary_hue=_INK,
        neutral_hue=gr.themes.colors.slate,
        text_size=gr.themes.sizes.text_lg,
        radius_size=gr.themes.sizes.radius_sm,
        font=FONTS,
        font_mono=("ui-monospace", "Consolas", "Noto Sans Mono CJK SC", "monospace"),
    )
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="#10161d",
        block_background_fill="white",
        block_background_fill_dark="#18212b",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        input_background_fill="white",
        input_background_fill_dark="#10161d",
        input_border_width="1px",
        input_border_color="*neutral_400",
        input_border_color_dark="*neutral_500",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_500",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_secondary_background_fill="white",
        button_secondary_background_fill_dark="#223041",
        button_secondary_border_color="*neutral_400",
        button_secondary_border_color_dark="*neutral_500",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_300",
        shadow_drop="none",
        shadow_drop_lg="none",
        block_shadow="none",
    )
