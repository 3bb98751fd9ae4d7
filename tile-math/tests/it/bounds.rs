//! Boxes around transformed boxes.

use tile_math::{BoundingBox, Crs, Transformer};

use crate::support::by_id;

fn transform(from: &str, to: &str, b: [f64; 4]) -> BoundingBox {
    Transformer::new(&by_id(from), &by_id(to))
        .unwrap()
        .transform_bounds(b.into(), 21)
        .unwrap()
}

fn near(a: BoundingBox, b: [f64; 4], tolerance: f64) {
    let worst = a
        .to_array()
        .iter()
        .zip(b)
        .map(|(x, y)| (x - y).abs())
        .fold(0.0, f64::max);
    assert!(worst < tolerance, "{a:?} {b:?}");
}

/// pyproj 3.7.2 `transform_bounds(..., densify_pts=21)`, always_xy.
#[test]
fn as_proj() {
    for (from, to, b, expected) in [
        (
            "4326",
            "3035",
            [-20.0, 30.0, 40.0, 70.0],
            [
                1_452_496.018_185_312,
                781_220.225_198_585_1,
                7_189_503.981_814_688,
                5_456_815.649_109_159,
            ],
        ),
        (
            "3857",
            "4326",
            [-1e6, -1e6, 1e6, 1e6],
            [
                -8.983_152_841_195_214,
                -8.946_573_850_543_423,
                8.983_152_841_195_214,
                8.946_573_850_543_423,
            ],
        ),
        (
            "32633",
            "4326",
            [0.0, 5e6, 1e6, 6e6],
            [
                7.382_391_092_469_534,
                44.977_061_239_512_46,
                22.617_608_907_530_432,
                54.148_104_103_869_514,
            ],
        ),
        (
            "4326",
            "3413",
            [-60.0, 60.0, 0.0, 80.0],
            [
                -860_097.167_969_938_4,
                -3_322_219.134_016_774,
                2_349_829.162_339_975,
                -767_861.606_114_772_8,
            ],
        ),
        (
            "5070",
            "4326",
            [-2e6, 0.0, 2e6, 3e6],
            [
                -122.704_964_266_737_63,
                21.158_367_500_629_527,
                -69.295_035_733_262_38,
                50.019_979_400_904_26,
            ],
        ),
        (
            "2193",
            "4326",
            [1e6, 4.7e6, 2.7e6, 6.3e6],
            [
                165.019_572_249_511_27,
                -47.853_084_689_86,
                -172.538_027_354_776_9,
                -32.883_405_664_587_35,
            ],
        ),
    ] {
        let tolerance = if to == "4326" { 1e-8 } else { 1e-3 };
        near(transform(from, to, b), expected, tolerance);
    }
}

#[test]
fn around_a_pole() {
    let b = transform("3995", "4326", [-1e6, -1e6, 1e6, 1e6]);
    assert_eq!((b.left, b.right, b.top), (-180.0, 180.0, 90.0));
    let b = transform("3031", "4326", [-1e6, -1e6, 1e6, 1e6]);
    assert_eq!((b.left, b.right, b.bottom), (-180.0, 180.0, -90.0));
    // Beside the pole it is an ordinary box.
    let b = transform("3995", "4326", [1e6, 1e6, 2e6, 2e6]);
    assert!(b.left > 0.0 && b.right < 180.0 && b.top < 90.0);
}

#[test]
fn across_the_antimeridian() {
    // New Zealand's grid reaches beyond 180 degrees.
    let b = transform(
        "2193",
        "4326",
        [1_000_000.0, 4_700_000.0, 2_700_000.0, 6_300_000.0],
    );
    assert!(b.left > 160.0 && b.right < -170.0, "{b:?}");
    // And back, from a box that says so.
    let back = transform("4326", "2193", b.to_array());
    assert!(
        back.left < 1_000_000.0 && back.right > 2_700_000.0 && back.width() < 4e6,
        "{back:?}"
    );
    let b = transform("3832", "4326", [-1e6, -1e6, 5e6, 1e6]);
    assert!(b.left > b.right, "{b:?}");
}

#[test]
fn the_whole_earth() {
    let world = 20_037_508.342_789_244;
    let b = transform("3857", "4326", [-world, -world, world, world]);
    near(
        b,
        [-180.0, -85.051_128_779_8, 180.0, 85.051_128_779_8],
        1e-9,
    );
    let b = transform("4326", "3857", [-180.0, -85.0, 180.0, 85.0]);
    near(
        b,
        [-world, -19_971_868.880_4, world, 19_971_868.880_4],
        1e-3,
    );
}

#[test]
fn nonsense_is_refused() {
    let t = Transformer::new(&Crs::web_mercator(), &Crs::wgs84()).unwrap();
    for b in [
        [f64::NAN, 0.0, 1.0, 1.0],
        [0.0, 0.0, f64::INFINITY, 1.0],
        [2.0, 0.0, 1.0, 1.0],
        [0.0, 2.0, 1.0, 1.0],
    ] {
        assert!(t.transform_bounds(b.into(), 21).is_err(), "{b:?}");
    }
    // No part of it has an image: the far side of the Earth.
    let t = Transformer::new(&Crs::wgs84(), &by_id("E102037")).unwrap();
    assert!(
        t.transform_bounds(BoundingBox::new(0.0, 40.0, 10.0, 50.0), 21)
            .is_err()
    );
}
