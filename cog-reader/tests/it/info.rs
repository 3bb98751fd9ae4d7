//! What a file says of itself.

use crate::support::open;
use crate::support::tiff::{Cut, File, Ifd, Pattern, V, write};
use cog_raster::{Affine, ColorInterpretation, Nodata, Placement, RasterSource};
use cog_reader::ControlPoint;

fn pattern(bands: u16, size: usize) -> Pattern {
    Pattern {
        width: 8,
        height: 6,
        bands,
        size,
        cut: Cut::Strips(6),
        planar: false,
        value: |_, col, _| u64::from(col),
    }
}

fn ifd() -> Ifd {
    pattern(1, 1).ifd(&File::CLASSIC)
}

fn affine(ifd: Ifd) -> Option<Affine> {
    open(write(&File::CLASSIC, &[ifd])).info().affine
}

const AREA: [u16; 8] = [1, 1, 0, 1, 1025, 0, 1, 1];
const POINT: [u16; 8] = [1, 1, 0, 1, 1025, 0, 1, 2];

#[test]
fn scale_and_tie_point_make_an_affine() {
    let tied = ifd()
        .with(33550, V::Double(vec![2.0, 3.0, 0.0]))
        .with(33922, V::Double(vec![4.0, 1.0, 0.0, 100.0, 200.0, 0.0]));
    let expected = Affine::new(2.0, 0.0, 92.0, 0.0, -3.0, 203.0);
    assert_eq!(affine(tied.clone()), Some(expected));
    let area = tied.clone().with(34735, V::Short(AREA.to_vec()));
    assert_eq!(affine(area), Some(expected));
    // The tie point is of a pixel's centre: half a pixel to the corner.
    let point = tied.clone().with(34735, V::Short(POINT.to_vec()));
    assert_eq!(
        affine(point),
        Some(Affine::new(2.0, 0.0, 91.0, 0.0, -3.0, 204.5))
    );
    let negative = tied.with(33550, V::Double(vec![2.0, -3.0, 0.0]));
    assert_eq!(
        affine(negative),
        Some(expected),
        "a negative scale means north-up all the same"
    );
}

#[test]
fn a_matrix_makes_an_affine() {
    let mut matrix = vec![0.0; 16];
    matrix[..8].copy_from_slice(&[1.0, 2.0, 0.0, 10.0, 3.0, 4.0, 0.0, 20.0]);
    let turned = ifd().with(34264, V::Double(matrix.clone()));
    assert_eq!(
        affine(turned.clone()),
        Some(Affine::new(1.0, 2.0, 10.0, 3.0, 4.0, 20.0))
    );
    let point = turned.with(34735, V::Short(POINT.to_vec()));
    assert_eq!(
        affine(point),
        Some(Affine::new(1.0, 2.0, 8.5, 3.0, 4.0, 16.5))
    );
    matrix[3] = f64::NAN;
    assert_eq!(affine(ifd().with(34264, V::Double(matrix))), None);
    assert_eq!(affine(ifd()), None);
}

#[test]
fn tie_points_alone_are_control_points() {
    let ties = vec![
        0.0, 0.0, 0.0, 10.0, 20.0, 1.0, 8.0, 6.0, 0.0, 18.0, 14.0, 2.0,
    ];
    let tied = ifd().with(33922, V::Double(ties)).with(
        34735,
        V::Short(vec![1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326]),
    );
    let cog = open(write(&File::CLASSIC, &[tied]));
    assert_eq!(cog.info().affine, None);
    assert_eq!(cog.info().crs, None, "two points place nothing");
    assert!(cog.problems().any(|p| p.contains("at least 3")));
    let geo = cog.georeference();
    assert_eq!(geo.crs.as_ref().and_then(|crs| crs.epsg()), Some(4326));
    assert_eq!(
        geo.control_points,
        [
            ControlPoint {
                col: 0.0,
                row: 0.0,
                x: 10.0,
                y: 20.0,
                z: 1.0
            },
            ControlPoint {
                col: 8.0,
                row: 6.0,
                x: 18.0,
                y: 14.0,
                z: 2.0
            },
        ]
    );
}

/// Tie points without a scale, and the CRS that they are in.
fn tied(points: &[[f64; 4]], keys: Vec<u16>) -> Ifd {
    let ties = points
        .iter()
        .flat_map(|&[col, row, x, y]| [col, row, 0.0, x, y, 0.0]);
    ifd()
        .with(33922, V::Double(ties.collect()))
        .with(34735, V::Short(keys))
}

#[test]
fn control_points_place_a_raster() {
    let corners = [
        [0.0, 0.0, 10.0, 20.0],
        [8.0, 0.0, 18.0, 20.0],
        [0.0, 6.0, 10.0, 14.0],
        [8.0, 6.0, 18.0, 14.0],
    ];
    let keys = |kind| {
        vec![
            1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, kind, 2048, 0, 1, 4326,
        ]
    };
    for (kind, shift) in [(1, 0.0), (2, 0.5)] {
        let cog = open(write(&File::CLASSIC, &[tied(&corners, keys(kind))]));
        let info = cog.info();
        assert_eq!((info.affine, cog.problems().count()), (None, 0));
        assert_eq!(info.crs.as_ref().and_then(|crs| crs.epsg()), Some(4326));
        let placement = info.placement().unwrap();
        assert!(matches!(placement, Placement::ControlPoints(_)));
        let (x, y) = placement.to_ground(2.0 + shift, 3.0 + shift).unwrap();
        assert!((x - 12.0).abs() < 1e-9 && (y - 17.0).abs() < 1e-9);
    }
    // The same spot again and again, and a line, lead nowhere; the pixels can be read all the same.
    for points in [
        [corners[0]; 5],
        [0.0, 1.0, 2.0, 3.0, 4.0].map(|k| [k, k, k, k]),
    ] {
        let cog = open(write(&File::CLASSIC, &[tied(&points, keys(1))]));
        assert_eq!((cog.info().placement(), &cog.info().crs), (None, &None));
        assert!(cog.problems().any(|p| p.contains("control points")));
        assert_eq!(cog.georeference().control_points.len(), 5);
    }
    // Both sides of the antimeridian are neighbours.
    let over = [
        [0.0, 0.0, 176.0, 20.0],
        [8.0, 0.0, -176.0, 20.0],
        [0.0, 6.0, 176.0, 14.0],
    ];
    let cog = open(write(&File::CLASSIC, &[tied(&over, keys(1))]));
    let bounds = cog.info().bounds().unwrap();
    assert!((bounds.left - 176.0).abs() < 1e-9 && (bounds.right - 184.0).abs() < 1.1);
}

#[test]
fn rational_polynomials_place_a_raster() {
    let mut values = vec![
        1.5, -1.0, 3.0, 4.0, 46.0, 8.0, 600.0, 3.0, 4.0, 0.3, 0.4, 500.0,
    ];
    for (line, sample) in [(-1.0, 0.0), (0.0, 1.0)] {
        let mut numerator = [0.0; 20];
        (numerator[1], numerator[2]) = (sample, line);
        let mut denominator = [0.0; 20];
        denominator[0] = 1.0;
        values.extend(numerator.iter().chain(&denominator));
    }
    let by_tag = ifd().with(50844, V::Double(values.clone()));
    let names = [
        "ERR_BIAS",
        "ERR_RAND",
        "LINE_OFF",
        "SAMP_OFF",
        "LAT_OFF",
        "LONG_OFF",
        "HEIGHT_OFF",
        "LINE_SCALE",
        "SAMP_SCALE",
        "LAT_SCALE",
        "LONG_SCALE",
        "HEIGHT_SCALE",
    ];
    let item = |name: &str, values: &[f64]| {
        let text: Vec<String> = values.iter().map(f64::to_string).collect();
        format!(
            "<Item name=\"{name}\" domain=\"RPC\">{}</Item>",
            text.join(" ")
        )
    };
    let mut xml = String::from("<GDALMetadata>");
    for (name, value) in names.iter().zip(&values) {
        xml += &item(name, &[*value]);
    }
    let polynomials = [
        "LINE_NUM_COEFF",
        "LINE_DEN_COEFF",
        "SAMP_NUM_COEFF",
        "SAMP_DEN_COEFF",
    ];
    for (name, values) in polynomials.iter().zip(values[12..].chunks(20)) {
        xml += &item(name, values);
    }
    xml += "</GDALMetadata>";
    let by_metadata = ifd().with(42112, V::Ascii(xml.leak()));
    for ifd in [by_tag, by_metadata] {
        let cog = open(write(&File::CLASSIC, &[ifd]));
        let info = cog.info();
        assert_eq!(cog.problems().collect::<Vec<_>>(), Vec::<&str>::new());
        assert_eq!(info.crs.as_ref().and_then(|crs| crs.epsg()), Some(4326));
        let model = info.rational.as_ref().unwrap().model();
        assert_eq!((model.error_bias, model.height.offset), (1.5, 600.0));
        let found = info.placement().unwrap().to_pixels(8.0, 46.0);
        assert_eq!(found, Some((4.5, 3.5)));
    }
    values.truncate(91);
    let cog = open(write(
        &File::CLASSIC,
        &[ifd().with(50844, V::Double(values))],
    ));
    assert_eq!((cog.info().placement(), cog.problems().count()), (None, 1));
}

#[test]
fn the_crs_comes_from_the_geo_keys() {
    let keys = vec![1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32633];
    let cog = open(write(&File::CLASSIC, &[ifd().with(34735, V::Short(keys))]));
    assert_eq!(
        cog.info().crs.as_ref().and_then(|crs| crs.epsg()),
        Some(32633)
    );
    // A CRS that nobody knows leaves the pixels readable, and is told.
    let keys = vec![1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 1];
    let cog = open(write(&File::CLASSIC, &[ifd().with(34735, V::Short(keys))]));
    assert_eq!(cog.info().crs, None);
    assert!(cog.problems().count() > 0);
}

#[test]
fn metadata_is_told_band_by_band() {
    let xml = r#"<GDALMetadata><Item name="TITLE">Everest</Item>
        <Item name="DESCRIPTION" sample="1" role="description">red edge</Item>
        <Item name="SCALE" sample="1" role="scale">0.5</Item><Item name="OFFSET" sample="1" role="offset">-3</Item>
        <Item name="UNITTYPE" sample="1" role="unittype">m</Item>
        <Item name="STATISTICS_MINIMUM" sample="0">1</Item><Item name="STATISTICS_MAXIMUM" sample="0">9</Item>
        <Item name="COLORINTERP" sample="0" role="colorinterp">Blue</Item></GDALMetadata>"#;
    let bands = pattern(2, 2)
        .ifd(&File::CLASSIC)
        .with(42112, V::Ascii(xml))
        .with(305, V::Ascii("Smalti"))
        .with(42113, V::Ascii("12"));
    let cog = open(write(&File::CLASSIC, &[bands]));
    let info = cog.info();
    assert_eq!(info.metadata["TITLE"], "Everest");
    assert_eq!(info.metadata["TIFFTAG_SOFTWARE"], "Smalti");
    assert_eq!(info.metadata["AREA_OR_POINT"], "Area");
    let [first, second] = &info.bands[..] else {
        panic!("two bands");
    };
    assert_eq!(first.color_interpretation, ColorInterpretation::Blue);
    assert_eq!(
        first.statistics.map(|s| (s.minimum, s.maximum)),
        Some((1.0, 9.0))
    );
    assert_eq!((second.scale, second.offset), (0.5, -3.0));
    assert_eq!(second.description.as_deref(), Some("red edge"));
    assert_eq!(second.unit.as_deref(), Some("m"));
    assert_eq!(second.nodata, Some(Nodata::from_integer(12)));
    let broken = pattern(1, 1)
        .ifd(&File::CLASSIC)
        .with(42112, V::Ascii("<GDAL"));
    let cog = open(write(&File::CLASSIC, &[broken]));
    assert!(cog.problems().any(|problem| problem.contains("42112")));
}

#[test]
fn nodata_that_no_sample_can_be_is_told_and_ignored() {
    // As GDAL has it: what is no sample is none; what is no number is read as far as it goes.
    for (size, format, text, kept, told) in [
        (1, 1, "255", true, false),
        (1, 1, "256", false, true),
        (1, 1, "-1", false, true),
        (1, 1, "1.5", true, false),
        (2, 2, "-32768", true, false),
        (4, 3, "nan", true, false),
        (4, 3, "-3.4028235e+38", true, false),
        (4, 3, "-1e300", true, true),
        (8, 3, "-1e300", true, false),
        (1, 1, "none", true, true),
        (8, 2, "-4.6e+18", true, true),
    ] {
        let ifd = pattern(1, size)
            .ifd(&File::CLASSIC)
            .with(339, V::Short(vec![format]))
            .with(42113, V::Ascii(text));
        let cog = open(write(&File::CLASSIC, &[ifd]));
        assert_eq!(cog.info().bands[0].nodata.is_some(), kept, "{text}");
        assert_eq!(cog.problems().count(), usize::from(told), "{text}");
    }
}

#[test]
fn colour_maps_become_eight_bits() {
    let map = |scale: u16| {
        let planes = [0, 1, 2].map(|plane| (0..256).map(move |i| (i as u16 ^ plane) * scale));
        V::Short(planes.into_iter().flatten().collect())
    };
    for scale in [257, 256, 1] {
        let palette = ifd()
            .with(262, V::Short(vec![3]))
            .with(320, map(scale))
            .with(42113, V::Ascii("7"));
        let cog = open(write(&File::CLASSIC, &[palette]));
        let colors = cog.info().colormap.clone().unwrap();
        assert_eq!(colors.len(), 256);
        assert_eq!(colors[200], [200, 201, 202, 255], "scale {scale}");
        assert_eq!(colors[7][3], 0, "nodata is transparent");
        assert_eq!(
            cog.info().bands[0].color_interpretation,
            ColorInterpretation::Palette
        );
    }
    let white = ifd().with(262, V::Short(vec![0]));
    let cog = open(write(&File::CLASSIC, &[white]));
    assert_eq!(
        cog.info().colormap.clone().unwrap()[1],
        [254, 254, 254, 255]
    );
}

#[test]
fn extra_samples_say_what_follows_the_colours() {
    let colors = |bands: u16, photometric: u16, extra: Vec<u16>| {
        let ifd = pattern(bands, 1)
            .ifd(&File::CLASSIC)
            .with(262, V::Short(vec![photometric]))
            .with(338, V::Short(extra));
        let cog = open(write(&File::CLASSIC, &[ifd]));
        let names: Vec<&str> = cog
            .info()
            .bands
            .iter()
            .map(|band| band.color_interpretation.name())
            .collect();
        names.join(" ")
    };
    assert_eq!(colors(4, 2, vec![2]), "red green blue alpha");
    assert_eq!(colors(5, 2, vec![0, 1]), "red green blue undefined alpha");
    assert_eq!(colors(3, 1, vec![0, 0]), "gray undefined undefined");
    assert_eq!(colors(4, 5, vec![]), "cyan magenta yellow black");
}
