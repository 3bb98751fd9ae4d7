//! The README's "What it reads" is what the code does: every cell of its tables is asked of it.

use crate::support::tiff::{Cut, File, Ifd, Pattern, V, mask_ifd, write as build};
use crate::support::{chain, try_open, try_open_with};
use cog_codec::{BlockLayout, CodecRegistry, Compression, Error, SampleFormat, decode_block};
use cog_raster::{MaskKind, RasterSource, ReadRequest, Window};
use cog_reader::{Cog, Color, OpenOptions};
use std::fmt::Write;

const START: &str = "<!-- What it reads: made by cog-reader/tests/it/readme.rs -->\n";
const END: &str = "<!-- end of what it reads -->\n";

/// `SMALTI_BLESS=1` writes the tables into the README instead.
#[test]
fn the_readme_says_what_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(START).expect("the tables start");
    let (found, after) = rest.split_once(END).expect("the tables end");
    let tables = tables();
    if std::env::var_os("SMALTI_BLESS").is_some() {
        std::fs::write(path, format!("{before}{START}{tables}{END}{after}")).unwrap();
        return;
    }
    assert!(
        found == tables,
        "README.md is not what the code does; SMALTI_BLESS=1 writes:\n{tables}"
    );
}

fn tables() -> String {
    let mut out = String::new();
    compressions(&mut out);
    samples(&mut out);
    colors(&mut out);
    structure(&mut out);
    refused(&mut out);
    out
}

fn compressions(out: &mut String) {
    *out += "\n| Compression | Tag 259 | Feature | Limits |\n|---|---|---|---|\n";
    for row in Compression::known().iter().filter(|row| row.reads) {
        let feature = row
            .feature
            .map_or(String::new(), |name| format!("`{name}`"));
        let (name, value) = (row.compression.name(), row.compression.0);
        line(out, &[name, &value.to_string(), &feature, row.limits]);
    }
    let refused: Vec<String> = Compression::known()
        .iter()
        .filter(|row| !row.reads)
        .map(|row| format!("{} ({})", row.compression.name(), row.compression.0))
        .collect();
    let optional: Vec<String> = features()
        .into_iter()
        .filter(|name| !is_default(name))
        .map(|name| format!("`{name}`"))
        .collect();
    let _ = write!(
        out,
        "\nThe features are cog-codec's; {} are off by default there and on in `smalti`. Refused by name: {}.\n",
        optional.join(", "),
        refused.join(", ")
    );
}

fn features() -> Vec<&'static str> {
    let mut names: Vec<&str> = Compression::known()
        .iter()
        .filter_map(|row| row.feature)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// By the manifest.
fn is_default(feature: &str) -> bool {
    let manifest = include_str!("../../../cog-codec/Cargo.toml");
    let line = manifest.lines().find(|line| line.starts_with("default = "));
    line.unwrap().contains(&format!("\"{feature}\""))
}

fn samples(out: &mut String) {
    use SampleFormat::{ComplexFloat, ComplexInt, Float, Signed, Undefined, Unsigned};
    *out += "\n| Samples | Bits | Predictor 2 | Predictor 3 | As |\n|---|---|---|---|---|\n";
    for (name, format) in [
        ("unsigned integers", Unsigned),
        ("signed integers", Signed),
        ("floats", Float),
        ("complex integers", ComplexInt),
        ("complex floats", ComplexFloat),
        ("undefined", Undefined),
    ] {
        let reads = |bits: u16, predictor: u16| {
            let layout = BlockLayout::new(8, 1, 1, bits, format)
                .with_compression(Compression::DEFLATE)
                .with_predictor(predictor);
            // Broken by what is no stream, not refused for what it would hold.
            let error = decode_block(&CodecRegistry::default(), &layout, &[], None);
            matches!(error, Err(Error::Malformed { .. }))
        };
        let bits = |predictor: u16| ranges((1..=256).filter(|&bits| reads(bits, predictor)));
        let mut types: Vec<&str> = (1..=256)
            .filter_map(|bits| BlockLayout::new(8, 1, 1, bits, format).sample_type().ok())
            .map(|kind| kind.name())
            .collect();
        types.dedup();
        line(
            out,
            &[name, &bits(1), &bits(2), &bits(3), &types.join(", ")],
        );
    }
}

/// `1-3, 5` of numbers that ascend.
fn ranges(numbers: impl Iterator<Item = u16>) -> String {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let text = runs.iter().map(|&(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    });
    text.collect::<Vec<_>>().join(", ")
}

fn colors(out: &mut String) {
    *out += "\n| Colours | Tag 262 | As stored | With `--color rgb` |\n|---|---|---|---|\n";
    for (name, photometric, bands) in [
        ("white is zero", 0, 1),
        ("black is zero", 1, 1),
        ("RGB", 2, 3),
        ("palette", 3, 1),
        ("CMYK", 5, 4),
        ("YCbCr", 6, 3),
        ("CIE L\\*a\\*b\\*", 8, 3),
        ("ICC L\\*a\\*b\\*", 9, 3),
        ("ITU L\\*a\\*b\\*", 10, 3),
        ("colour filter array", 32803, 1),
        ("linear raw", 34892, 3),
    ] {
        let pattern = Pattern { bands, ..PATTERN };
        let mut ifd = pattern
            .ifd(&File::CLASSIC)
            .without(338)
            .with(262, V::Short(vec![photometric]));
        if photometric == 3 {
            ifd = ifd.with(320, V::Short(vec![0; 768]));
        }
        let bytes = build(&File::CLASSIC, &[ifd]);
        let said = |color: Color| {
            let options = OpenOptions::default().with_color(color);
            let cog = match try_open_with(bytes.clone(), options) {
                Ok(cog) => cog,
                Err(error) => return format!("refused: {}", chain(&error)),
            };
            if let Err(error) = read(&cog, 0) {
                return format!("refused: {error}");
            }
            let bands = cog.info().bands.iter();
            let names: Vec<&str> = bands.map(|band| band.color_interpretation.name()).collect();
            let stays = cog
                .problems()
                .find(|problem| problem.contains("stay as stored"));
            match stays {
                Some(_) => "stays as stored".to_owned(),
                None => names.join(", "),
            }
        };
        line(
            out,
            &[
                name,
                &photometric.to_string(),
                &said(Color::Stored),
                &said(Color::Rgb),
            ],
        );
    }
}

const PATTERN: Pattern = Pattern {
    width: 40,
    height: 36,
    bands: 1,
    size: 1,
    cut: Cut::Tiles(16, 16),
    planar: false,
    value: |band, col, row| u64::from(band * 31 + col * 3 + row * 5) % 251,
};

/// What a file may be like; each is made and read, or is not in the table.
fn structure(out: &mut String) {
    *out += "\n| Structure | Read |\n|---|---|\n";
    let plain = |file: &File, pattern: &Pattern| {
        let cog = try_open(build(file, &[pattern.ifd(file)])).ok()?;
        let raster = read(&cog, 0).ok()?;
        (raster.samples().to_le_bytes() == pattern.expected()).then_some("yes")
    };
    let wide = Pattern {
        size: 2,
        bands: 3,
        ..PATTERN
    };
    let big_endian = File {
        big_endian: true,
        ..File::CLASSIC
    };
    let big = File {
        big: true,
        ..File::CLASSIC
    };
    let strips = Pattern {
        cut: Cut::Strips(7),
        ..wide
    };
    let planar = Pattern {
        planar: true,
        ..wide
    };
    for (name, read) in [
        (
            "little- and big-endian",
            plain(&File::CLASSIC, &wide).and(plain(&big_endian, &wide)),
        ),
        (
            "TIFF and BigTIFF",
            plain(&File::CLASSIC, &wide).and(plain(&big, &wide)),
        ),
        (
            "tiles and strips",
            plain(&File::CLASSIC, &wide).and(plain(&big_endian, &strips)),
        ),
        (
            "bands interleaved by pixel and apart",
            plain(&File::CLASSIC, &wide).and(plain(&big, &planar)),
        ),
        (
            "COGs with GDAL's block leaders and trailers",
            plain(&File::COG, &wide),
        ),
        ("bits from the low end of each byte (tag 266)", fill_order()),
        ("blocks that were left out: nodata, or 0", sparse()),
        (
            "overviews in the chain and in sub-directories (tag 330)",
            overviews(),
        ),
        ("masks at every level", masks()),
        ("alpha as mask", alpha()),
        ("strips without tag 278 or 279", without_tags()),
        ("further pages: skipped", pages()),
    ] {
        line(out, &[name, read.unwrap_or("**no**")]);
    }
    *out += "| overviews and masks beside the file (`.ovr`, `.msk`) | when asked: `--sidecars` |\n";
}

fn fill_order() -> Option<&'static str> {
    let file = File::CLASSIC;
    let mut ifd = PATTERN.ifd(&file).with(266, V::Short(vec![2]));
    ifd.blocks
        .iter_mut()
        .flatten()
        .for_each(|byte| *byte = byte.reverse_bits());
    let raster = read(&try_open(build(&file, &[ifd])).ok()?, 0).ok()?;
    (raster.samples().to_le_bytes() == PATTERN.expected()).then_some("yes")
}

fn sparse() -> Option<&'static str> {
    let value = |nodata: Option<&'static str>| {
        let mut ifd = PATTERN.ifd(&File::CLASSIC);
        if let Some(nodata) = nodata {
            ifd = ifd.with(42113, V::Ascii(nodata));
        }
        ifd.blocks[0].clear();
        let raster = read(&try_open(build(&File::CLASSIC, &[ifd])).ok()?, 0).ok()?;
        raster.samples().value(0)
    };
    (value(None) == Some(0.0) && value(Some("7")) == Some(7.0)).then_some("yes")
}

fn half() -> Ifd {
    let half = Pattern {
        width: 20,
        height: 18,
        ..PATTERN
    };
    half.ifd(&File::CLASSIC).with(254, V::Long(vec![1]))
}

fn overviews() -> Option<&'static str> {
    let main = PATTERN.ifd(&File::CLASSIC);
    let mut with_sub = main.clone();
    with_sub.subs.push(half());
    for file in [vec![main, half()], vec![with_sub]] {
        let cog = try_open(build(&File::CLASSIC, &file)).ok()?;
        read(&cog, 1).ok()?;
    }
    Some("yes")
}

fn masks() -> Option<&'static str> {
    let mask = |width, height, kind| mask_ifd(width, height, (16, 16), kind, |col, _| col > 3);
    let ifds = [
        PATTERN.ifd(&File::CLASSIC),
        half(),
        mask(40, 36, 4),
        mask(20, 18, 5),
    ];
    let cog = try_open(build(&File::CLASSIC, &ifds)).ok()?;
    let both = cog.mask_image(0).is_some() && cog.mask_image(1).is_some();
    read(&cog, 1).ok()?;
    (both && cog.info().mask_kind == MaskKind::PerDataset).then_some("yes")
}

fn alpha() -> Option<&'static str> {
    let ifd = Pattern {
        bands: 4,
        ..PATTERN
    }
    .ifd(&File::CLASSIC)
    .with(262, V::Short(vec![2]))
    .with(338, V::Short(vec![2]));
    let cog = try_open(build(&File::CLASSIC, &[ifd])).ok()?;
    read(&cog, 0).ok()?;
    (cog.info().mask_kind == MaskKind::Alpha).then_some("yes")
}

fn without_tags() -> Option<&'static str> {
    let pattern = Pattern {
        cut: Cut::Strips(36),
        ..PATTERN
    };
    let mut ifd = pattern.ifd(&File::CLASSIC).without(278);
    ifd.without_byte_counts = true;
    let raster = read(&try_open(build(&File::CLASSIC, &[ifd])).ok()?, 0).ok()?;
    (raster.samples().to_le_bytes() == pattern.expected()).then_some("yes")
}

fn pages() -> Option<&'static str> {
    let page = PATTERN.ifd(&File::CLASSIC).with(254, V::Long(vec![2]));
    let cog = try_open(build(&File::CLASSIC, &[PATTERN.ifd(&File::CLASSIC), page])).ok()?;
    (cog.info().levels.len() == 1 && cog.tiff().directories().len() == 2).then_some("yes")
}

/// What is refused, in the words of the refusal.
fn refused(out: &mut String) {
    *out += "\n| Refused | In these words |\n|---|---|\n";
    let file = File::CLASSIC;
    let three = Pattern {
        bands: 3,
        ..PATTERN
    }
    .ifd(&file);
    let one = PATTERN.ifd(&file);
    let coded = |ifd: &Ifd, compression: u16| ifd.clone().with(259, V::Short(vec![compression]));
    for (name, ifd) in [
        (
            "bands of different depths",
            three.clone().with(258, V::Short(vec![5, 6, 5])),
        ),
        (
            "bands of different formats",
            three.clone().with(339, V::Short(vec![1, 2, 1])),
        ),
        (
            "integers of 33 to 63 bits",
            one.clone().with(258, V::Short(vec![40])),
        ),
        (
            "predictors on parts of bytes",
            coded(&one, 8)
                .with(258, V::Short(vec![4]))
                .with(317, V::Short(vec![2])),
        ),
        (
            "an unknown predictor",
            coded(&one, 8).with(317, V::Short(vec![4])),
        ),
        (
            "JPEG of 12 bits",
            coded(&one, 7).with(258, V::Short(vec![12])),
        ),
        (
            "fax codes of several bands",
            coded(&three, 4).with(258, V::Short(vec![1; 3])),
        ),
        (
            "subsampled chroma of odd sizes",
            three
                .clone()
                .with(262, V::Short(vec![6]))
                .with(530, V::Short(vec![3, 1])),
        ),
        ("a compression without a name", coded(&one, 65_001)),
        ("old-style JPEG", coded(&three, 6)),
    ] {
        let why = match try_open(build(&file, &[ifd])) {
            Err(error) => chain(&error),
            Ok(cog) => match read(&cog, 0) {
                Err(error) => error,
                Ok(_) => "**it is read**".to_owned(),
            },
        };
        line(out, &[name, &why]);
    }
}

fn read(cog: &Cog, level: usize) -> Result<cog_raster::Raster, String> {
    let size = cog.info().levels[level];
    let window = Window::new(0, 0, size.width, size.height);
    pollster::block_on(cog.read(ReadRequest::new(level, window))).map_err(|error| chain(&error))
}

fn line(out: &mut String, cells: &[&str]) {
    for cell in cells {
        *out += "|";
        if !cell.is_empty() {
            let _ = write!(out, " {cell}");
        }
        *out += " ";
    }
    *out += "|\n";
}
