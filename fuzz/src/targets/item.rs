//! Any text as a STAC item.

use stac_item::{AssetChoice, Item};

/// The bytes are an item; what follows a line that is one zero byte, the values of `assets=`.
///
/// # Panics
///
/// On a find.
pub fn item(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let document = parts.next().unwrap_or_default();
    let choices = parts
        .next()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let choices: Vec<_> = choices
        .lines()
        .filter_map(|line| AssetChoice::parse(line).ok())
        .collect();
    for location in [
        None,
        Some("https://example.org/items/a.json"),
        Some("/a/b.json"),
    ] {
        let Ok(item) = Item::parse(document, location) else {
            continue;
        };
        assert_eq!(Item::parse(document, location).ok(), Some(item.clone()));
        for (asset, name) in item
            .assets()
            .iter()
            .filter(|asset| asset.has_pixels())
            .zip(item.asset_names())
        {
            assert_eq!(asset.name, name);
            let _ = (asset.ranges(), asset.to_json());
        }
        if let Ok(place) = item.footprint() {
            assert!(place.bounds.is_finite(), "{:?}", place.bounds);
            let _ = place.raster_info();
        }
        let all = AssetChoice::parse(":all:").expect("every asset");
        if let Ok(reads) = item.choose(&[all]) {
            assert_eq!(reads.len(), item.asset_names().len());
        }
        let _ = (
            item.choose(&choices),
            item.renders(),
            item.geometry(),
            item.properties(),
        );
    }
}

/// Items of both versions with all that is read of them.
pub fn item_seeds() -> Vec<Vec<u8>> {
    [
        r#"{"type":"Feature","stac_version":"1.0.0","id":"a","stac_extensions":[],"bbox":[9,45,10,46],"geometry":{"type":"Polygon","coordinates":[[[9,45],[10,45],[10,46],[9,45]]]},"properties":{"datetime":"2026-01-02T03:04:05Z","proj:epsg":32632,"proj:bbox":[1,2,3,4],"proj:shape":[10,20],"proj:transform":[10,0,500000,0,-10,5000000],"renders":{"r":{"title":"R","assets":["a"],"asset_bidx":["a|1"],"rescale":[[0,7]],"colormap_name":"viridis","minmax_zoom":[1,2]}}},"links":[{"rel":"self","href":"./a.json"}],"assets":{"a":{"href":"./a.tif","type":"image/tiff; application=geotiff","eo:bands":[{"name":"B1","common_name":"red"}],"raster:bands":[{"nodata":0,"data_type":"uint16","statistics":{"minimum":1,"maximum":2}}]}}}\0a|bidx=1\na|bands=red\n:all:"#,
        r#"{"type":"Feature","stac_version":"1.1.0","id":"b","geometry":null,"properties":{"datetime":null,"proj:code":"EPSG:3857"},"links":[],"assets":{"b":{"href":"s3://bucket/b.tif","type":"image/tiff","bands":[{"name":"B2","eo:common_name":"nir","statistics":{"minimum":0,"maximum":1}}],"proj:transform":[1,0,0,0,-1,0],"proj:shape":[5,5]},"c":{"href":"../c.png","type":"image/png"}}}\0b|expression=b1*2"#,
        r#"{"type":"Feature","stac_version":"1.0.0","id":"p","bbox":[-180,-90,180,90],"geometry":{"type":"Polygon","coordinates":[]},"properties":{},"assets":{}}"#,
        r#"{"type":"Catalog","stac_version":"1.0.0","id":"c","links":[]}"#,
    ]
    .map(|text| text.replace("\\0", "\0").replace("\\n", "\n").into_bytes())
    .into()
}
