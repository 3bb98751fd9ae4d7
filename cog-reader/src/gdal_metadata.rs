//! GDAL's metadata: the XML of tag 42112.

use crate::numbers::real;
use cog_raster::ColorInterpretation;
use roxmltree::{Document, ParsingOptions};
use std::collections::BTreeMap;

/// What tag 42112 (`GDAL_METADATA`) says, by band where it does.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GdalMetadata {
    /// Items of the dataset, default domain.
    pub(crate) items: BTreeMap<String, String>,
    /// Items of the domain `RPC`.
    pub(crate) rpc: BTreeMap<String, String>,
    pub(crate) bands: BTreeMap<u32, BandMetadata>,
}

/// What it says of one band.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BandMetadata {
    pub(crate) description: Option<String>,
    pub(crate) scale: Option<f64>,
    pub(crate) offset: Option<f64>,
    pub(crate) unit: Option<String>,
    pub(crate) color: Option<ColorInterpretation>,
    /// Items of the band, default domain.
    pub(crate) items: BTreeMap<String, String>,
}

impl GdalMetadata {
    /// Parses the tag's text.
    ///
    /// # Errors
    ///
    /// A message, when the text is no XML, nests deeper than 64 elements, or has more than
    /// 400 000 nodes.
    pub(crate) fn parse(xml: &str) -> Result<Self, String> {
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: 400_000,
            ..ParsingOptions::default()
        };
        // Writers pad with NULs and blanks.
        let xml = xml.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        if nests_deeper(xml, MOST_DEPTH) {
            return Err(format!("its elements nest deeper than {MOST_DEPTH}"));
        }
        let document = Document::parse_with_options(xml, options).map_err(|e| e.to_string())?;
        let mut metadata = Self::default();
        let items = document
            .root_element()
            .children()
            .filter(|node| node.has_tag_name("Item"));
        for item in items {
            let Some(name) = item.attribute("name") else {
                continue;
            };
            let text = &unescape_again(item.text().unwrap_or_default());
            let domain = item.attribute("domain").unwrap_or_default();
            match item.attribute("sample").map(str::parse::<u32>) {
                Some(Ok(sample)) => {
                    let band = metadata.bands.entry(sample).or_default();
                    band.add(name, text, domain, item.attribute("role"));
                }
                Some(Err(_)) => {}
                None if domain.is_empty() => {
                    metadata.items.insert(name.to_owned(), text.to_owned());
                }
                None if domain == "RPC" => {
                    metadata.rpc.insert(name.to_owned(), text.to_owned());
                }
                None => {}
            }
        }
        Ok(metadata)
    }
}

/// GDAL nests two elements, and what lies in an item of XML a few more.
const MOST_DEPTH: usize = 64;

/// Elements of `xml` nest deeper than `most`. Looked at before the parser, which bounds the number
/// of nodes and not their depth.
fn nests_deeper(xml: &str, most: usize) -> bool {
    let (mut rest, mut depth) = (xml, 0_usize);
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let skipped = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")]
            .into_iter()
            .find(|(opening, _)| rest.starts_with(opening));
        if let Some((_, closing)) = skipped {
            rest = rest.find(closing).map_or("", |at| &rest[at..]);
            continue;
        }
        if rest.starts_with('/') {
            depth = depth.saturating_sub(1);
            continue;
        }
        // The tag's end, which a quoted value may seem to be.
        let mut quote = None;
        let end = rest.bytes().position(|byte| {
            match (quote, byte) {
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), byte) if byte == open => quote = None,
                _ => {}
            }
            quote.is_none() && byte == b'>'
        });
        let Some(end) = end else { return false };
        if !rest[..end].ends_with('/') {
            depth += 1;
            if depth > most {
                return true;
            }
        }
        rest = &rest[end..];
    }
    false
}

impl GdalMetadata {
    /// The domain `RPC` in the order of tag 50844; `None` if there is none, NaN for what is no number.
    pub(crate) fn rational(&self) -> Option<Vec<f64>> {
        const NUMBERS: [&str; 12] = [
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
        const POLYNOMIALS: [&str; 4] = [
            "LINE_NUM_COEFF",
            "LINE_DEN_COEFF",
            "SAMP_NUM_COEFF",
            "SAMP_DEN_COEFF",
        ];
        if self.rpc.is_empty() {
            return None;
        }
        let number = |text: &str| text.parse().unwrap_or(f64::NAN);
        let single = |name: &&str| match self.rpc.get(*name) {
            Some(text) => number(text.split_whitespace().next().unwrap_or_default()),
            // The errors need not be known.
            None if name.starts_with("ERR_") => -1.0,
            None => f64::NAN,
        };
        let several = |name: &&str| {
            let text = self.rpc.get(*name).map_or("", String::as_str);
            text.split_whitespace().map(number).collect::<Vec<f64>>()
        };
        let mut values: Vec<f64> = NUMBERS.iter().map(single).collect();
        values.extend(POLYNOMIALS.iter().flat_map(several));
        Some(values)
    }
}

/// GDAL escapes an item's text before its XML writer escapes it once more, and undoes both.
fn unescape_again(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // The ampersand last: what it uncovers is text, not another entity.
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, plain)| {
        text.replace(entity, plain)
    })
}

impl BandMetadata {
    fn add(&mut self, name: &str, text: &str, domain: &str, role: Option<&str>) {
        // A number with rubbish behind it counts, what starts with none does not.
        let number = || {
            let starts = text.trim_start_matches([' ', '+', '-', '.', ',']);
            let value = real(text);
            (starts.starts_with(|c: char| c.is_ascii_digit()) && value.is_finite()).then_some(value)
        };
        match role {
            Some("description") => self.description = Some(text.to_owned()),
            Some("scale") => self.scale = number(),
            Some("offset") => self.offset = number(),
            Some("unittype") => self.unit = Some(text.to_owned()),
            Some("colorinterp") => self.color = color(text),
            _ if domain.is_empty() => {
                self.items.insert(name.to_owned(), text.to_owned());
            }
            _ => {}
        }
    }
}

/// GDAL's names (`GDALGetColorInterpretationName`).
fn color(name: &str) -> Option<ColorInterpretation> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "undefined" => ColorInterpretation::Undefined,
        "gray" => ColorInterpretation::Gray,
        "palette" => ColorInterpretation::Palette,
        "red" => ColorInterpretation::Red,
        "green" => ColorInterpretation::Green,
        "blue" => ColorInterpretation::Blue,
        "alpha" => ColorInterpretation::Alpha,
        "cyan" => ColorInterpretation::Cyan,
        "magenta" => ColorInterpretation::Magenta,
        "yellow" => ColorInterpretation::Yellow,
        "black" => ColorInterpretation::Black,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes are GDAL 3.10.3's for a band described as `height <m> & "more"`.
    #[test]
    fn text_is_escaped_twice() {
        let xml = r#"<GDALMetadata>
            <Item name="DESCRIPTION" sample="0" role="description">height &amp;lt;m&amp;gt; &amp;amp; &amp;quot;more&amp;quot;</Item>
        </GDALMetadata>"#;
        let metadata = GdalMetadata::parse(xml).unwrap();
        let description = metadata.bands[&0].description.as_deref();
        assert_eq!(description, Some("height <m> & \"more\""));
    }

    #[test]
    fn reads_what_gdal_writes() {
        let xml = r#"<GDALMetadata>
            <Item name="AREA">a &lt; b</Item>
            <Item name="INTERNAL" domain="OTHER">x</Item>
            <Item name="DESCRIPTION" sample="1" role="description">height</Item>
            <Item name="OFFSET" sample="1" role="offset">-100</Item>
            <Item name="SCALE" sample="1" role="scale">0.1</Item>
            <Item name="UNITTYPE" sample="1" role="unittype">m</Item>
            <Item name="COLORINTERP" sample="0" role="colorinterp">Blue</Item>
            <Item name="STATISTICS_MEAN" sample="0">4.5</Item>
            <Item sample="0">nameless</Item>
            <Item name="BAD" sample="-1">x</Item>
        </GDALMetadata>"#;
        let metadata = GdalMetadata::parse(&format!("{xml}\n\0")).unwrap();
        assert_eq!(metadata.items["AREA"], "a < b");
        assert_eq!(metadata.items.len(), 1);
        let band = &metadata.bands[&1];
        assert_eq!(band.description.as_deref(), Some("height"));
        assert_eq!((band.scale, band.offset), (Some(0.1), Some(-100.0)));
        assert_eq!(band.unit.as_deref(), Some("m"));
        assert_eq!(metadata.bands[&0].color, Some(ColorInterpretation::Blue));
        assert_eq!(metadata.bands[&0].items["STATISTICS_MEAN"], "4.5");
    }

    #[test]
    fn refuses_what_is_not_plain_xml() {
        assert!(GdalMetadata::parse("").is_err());
        assert!(GdalMetadata::parse("<GDALMetadata><Item>").is_err());
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><x><Item name="n">&b;</Item></x>"#;
        assert!(GdalMetadata::parse(bomb).is_err());
    }

    #[test]
    fn deep_nesting_is_refused_before_it_is_parsed() {
        for deep in [
            "<a>",
            "<a b='/>'>",
            "<a><!-- </a> -->",
            "<a><![CDATA[</a>]]>",
            "<a>\n<b/>",
        ] {
            let text = deep.repeat(200_000);
            let message = GdalMetadata::parse(&text).unwrap_err();
            assert!(message.contains("nest"), "{message}");
        }
        let flat = format!("<a>{}</a>", "<b c=\"</a>\"></b><d/>".repeat(1000));
        assert!(!nests_deeper(&flat, 2));
        assert!(nests_deeper(&flat, 1));
        assert!(!nests_deeper(
            "<a><![CDATA[<b><c><d>]]><!-- <b><c> --></a>",
            1
        ));
    }
}
