//! One TIFF block between its compressed bytes and its samples: compressions, predictors, bit depths
