"""Training and measuring the ranker: folds, evidence of a fold, features, LightGBM, calibration.

Nothing here is imported by the product; what it writes into kb/search/rank/model ships.
"""
