"""The setting KB_ENCODER → an encoder.

Does not know the environment (the setting is an argument) nor what is encoded.
"""

from __future__ import annotations

from pathlib import Path

from kb.search.embed.protocol import Encoder
from kb.search.embed.static import StaticEncoder, static_module
from kb.search.embed.transformer import SentenceTransformerEncoder

SHIPPED = Path(__file__).resolve().parents[2] / "encoder"


def load_encoder(
    setting: str | None = None,
    *,
    device: str | None = None,
    batch_size: int = 32,
    query_prompt: str | None = None,
    local_files_only: bool = False,
) -> Encoder:
    """Load the encoder that ``setting`` names.

    None or empty: the shipped one. A folder of a static model: that, without torch. Anything else: a
    sentence-transformers model by hub name or folder; the other arguments are for those.

    Raises ModelError when it cannot be loaded, MissingExtra when sentence-transformers is not installed.
    """
    if not setting:
        return StaticEncoder(SHIPPED)
    if static_module(Path(setting)) is not None:
        return StaticEncoder(Path(setting))
    return SentenceTransformerEncoder(
        setting,
        device=device,
        batch_size=batch_size,
        query_prompt=query_prompt,
        local_files_only=local_files_only,
    )
