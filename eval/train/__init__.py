"""Training of the shipped models: data, tokenizer, static encoder, its card. Nothing of it runs in the product.

Does not know the index or the answers.
"""
