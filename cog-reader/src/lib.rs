//! Reads TIFF, BigTIFF, GeoTIFF and Cloud Optimized GeoTIFF by range requests
