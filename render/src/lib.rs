//! From any raster source to a picture: plan, warp, colour, encode
