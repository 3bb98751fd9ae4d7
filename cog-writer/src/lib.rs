//! Writes valid Cloud Optimized GeoTIFFs in bounded memory
