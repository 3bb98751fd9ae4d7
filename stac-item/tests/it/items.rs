//! What is read of an item.

use stac_item::{AssetChoice, Item};
use tile_math::BoundingBox;

const ITEM: &str = r#"{
  "type": "Feature", "stac_version": "1.0.0", "id": "scene", "collection": "all", "bbox": [3, 45, 0, 4, 46, 100],
  "stac_extensions": ["https://stac-extensions.github.io/projection/v1.1.0/schema.json"],
  "geometry": null, "links": [{"rel": "self", "href": "https://example.org/a/item.json"}],
  "properties": {"datetime": "2020-01-01T00:00:00Z", "proj:epsg": 32631, "renders": {
    "color": {"title": "Colour", "assets": ["vis", "nir"], "asset_bidx": ["vis|1,2"], "rescale": [[0, 255], [1, 2]],
              "colormap": {"1": [0, 0, 0, 255]}, "minmax_zoom": [3, 9], "nodata": null}}},
  "assets": {
    "z": {"href": "z.tif", "title": "Z", "roles": ["data"], "proj:transform": [10, 0, 5e5, 0, -10, 5e6],
          "proj:shape": [100, 200], "alternate": {"s3": {"href": "s3://bucket/z.tif"}}},
    "a": {"href": "a.png", "type": "image/png", "roles": ["thumbnail"]},
    "vis": {"href": "v.tif", "type": "image/tiff", "proj:transform": [20, 0, 5e5, 0, -20, 5e6],
            "proj:shape": [50, 100], "eo:bands": [{"name": "B4", "common_name": "red"}, {"name": "B3"}],
            "raster:bands": [{"data_type": "uint8", "nodata": "nan", "scale": 0.5, "statistics": {"minimum": 1, "maximum": 3}}]}
  }}"#;

#[test]
fn an_item_is_read() {
    let item = Item::parse(ITEM.as_bytes(), None).unwrap();
    assert_eq!(
        (item.id(), item.version(), item.collection()),
        ("scene", "1.0.0", Some("all"))
    );
    assert_eq!(item.bbox(), Some([3.0, 45.0, 4.0, 46.0]));
    assert_eq!(
        (item.datetime(), item.geometry()),
        (Some("2020-01-01T00:00:00Z"), None)
    );
    assert_eq!(item.location(), Some("https://example.org/a/item.json"));
    // The item's order, not the alphabet's.
    assert_eq!(item.asset_names(), ["z", "vis"]);
    let z = item.asset("z").unwrap();
    assert_eq!(
        (&z.href[..], z.title.as_deref()),
        ("https://example.org/a/z.tif", Some("Z"))
    );
    assert_eq!(
        z.alternates,
        [("s3".to_owned(), "s3://bucket/z.tif".to_owned())]
    );
    let bands = &item.asset("vis").unwrap().bands;
    assert_eq!(bands.len(), 2);
    assert_eq!(
        (
            bands[0].common_name.as_deref(),
            bands[0].data_type.as_deref()
        ),
        (Some("red"), Some("uint8"))
    );
    assert_eq!(
        (bands[0].nodata.as_deref(), bands[0].scale, bands[0].range),
        (Some("nan"), Some(0.5), Some((1.0, 3.0)))
    );
    assert!(z.to_json().contains("https://example.org/a/z.tif"));
}

#[test]
fn a_footprint_joins_the_assets_at_the_finest_resolution() {
    let footprint = Item::parse(ITEM.as_bytes(), None)
        .unwrap()
        .footprint()
        .unwrap();
    assert_eq!(footprint.crs.epsg(), Some(32631));
    assert_eq!(
        footprint.bounds,
        BoundingBox::new(5e5, 4_999_000.0, 502_000.0, 5e6)
    );
    let (affine, width, height) = footprint.pixels.unwrap();
    assert_eq!((affine.a, affine.e, width, height), (10.0, -10.0, 200, 100));
}

#[test]
fn choices_are_resolved() {
    let item = Item::parse(ITEM.as_bytes(), Some("/data/item.json")).unwrap();
    let choose = |choices: &[&str]| {
        let choices: Vec<_> = choices
            .iter()
            .map(|c| AssetChoice::parse(c).unwrap())
            .collect();
        item.choose(&choices)
    };
    let names = |choices: &[&str]| -> Vec<String> {
        choose(choices)
            .unwrap()
            .into_iter()
            .map(|read| read.name)
            .collect()
    };
    assert_eq!(names(&[":all:"]), ["z", "vis"]);
    assert_eq!(names(&["vis", "z", "vis"]), ["vis", "z", "vis"]);
    assert_eq!(
        choose(&["vis|bands=B3,red"]).unwrap()[0].indexes,
        Some(vec![2, 1])
    );
    assert_eq!(choose(&["z"]).unwrap()[0].href, "/data/z.tif");
    for (choices, says) in [
        (&[][..], "no asset"),
        (&["a"], "should be one of [\"z\", \"vis\"]"),
        (&[":all:", "z"], ":all:"),
        (&["vis|bands=B4"], "red"),
        (&["z|bands=B4"], "does not say"),
    ] {
        let error = choose(choices).unwrap_err().to_string();
        assert!(error.contains(says), "{choices:?}: {error}");
    }
}

#[test]
fn renders_become_parameters() {
    let item = Item::parse(ITEM.as_bytes(), None).unwrap();
    let [render] = item.renders() else {
        panic!("{:?}", item.renders());
    };
    assert_eq!(
        (&render.name[..], render.title.as_deref(), render.zooms),
        ("color", Some("Colour"), Some((3, 9)))
    );
    let of = |key: &str| -> Vec<&str> {
        render
            .query
            .iter()
            .filter(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
            .collect()
    };
    assert_eq!(of("assets"), ["vis|bidx=1,2", "nir"]);
    assert_eq!(of("rescale"), ["0,255", "1,2"]);
    assert_eq!(of("colormap"), [r#"{"1":[0,0,0,255]}"#]);
    assert!(of("asset_bidx").is_empty() && of("nodata").is_empty());
}
