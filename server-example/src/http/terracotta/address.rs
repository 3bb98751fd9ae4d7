//! What a path asks for: values of keys, and a tile, a preview, a document.

use crate::Error;
use cog_render::Format;

/// The parts of a path below `prefix`, each decoded by itself, so that a value can hold a slash as `%2F`;
/// empty ones are left out, as in Terracotta.
pub(super) fn values(path: &str, prefix: &str) -> Vec<String> {
    let below = path.strip_prefix(prefix).unwrap_or_default();
    let parts = below.split('/').filter(|part| !part.is_empty());
    parts.map(decoded).collect()
}

/// What is asked for of the datasets that a path names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// Zoom, column and row, as they are written: digits.
    Tile(String, String, String, Format),
    Preview(Format),
    TileJson,
}

/// The values of a path below `prefix`, and what is asked for: `/KEYS/9/271/180.png`, `/KEYS/preview.png`,
/// `/KEYS/tilejson.json`.
///
/// # Errors
///
/// [`Error::NotFound`] for anything else.
pub(super) fn picture(path: &str, prefix: &str) -> Result<(Vec<String>, What), Error> {
    let mut parts = values(path, prefix);
    let missing = || {
        Error::NotFound(format!(
            "nothing is at {path}; the ends of such paths are Z/X/Y.png, preview.png and tilejson.json, with png, jpg, webp or npy"
        ))
    };
    let last = parts.pop().ok_or_else(missing)?;
    if last == "tilejson.json" {
        return Ok((parts, What::TileJson));
    }
    let (name, extension) = last.split_once('.').ok_or_else(missing)?;
    let format = match extension {
        "png" => Format::Png,
        "jpg" | "jpeg" => Format::Jpeg,
        "webp" => Format::Webp,
        "npy" => Format::Npy,
        _ => return Err(missing()),
    };
    if name == "preview" {
        return Ok((parts, What::Preview(format)));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let column = parts
        .pop()
        .filter(|text| digits(text))
        .ok_or_else(missing)?;
    let zoom = parts
        .pop()
        .filter(|text| digits(text))
        .ok_or_else(missing)?;
    if !digits(name) {
        return Err(missing());
    }
    Ok((parts, What::Tile(zoom, column, name.to_owned(), format)))
}

/// Values as parts of a path.
pub(super) fn written(values: &[String]) -> String {
    let mut path = String::new();
    for value in values {
        path.push('/');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                path.push(char::from(byte));
            } else {
                path.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    path
}

/// A part of a path without its percent signs; what is no UTF-8 becomes replacement characters, which no
/// value has.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |byte: &u8| char::from(*byte).to_digit(16);
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) if hex(high).is_some() && hex(low).is_some() => {
                let (high, low) = (hex(high).unwrap_or(0), hex(low).unwrap_or(0));
                // Two digits of 16 are a byte.
                bytes.push((high * 16 + low) as u8);
                after
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded_by_themselves() {
        let parts = |path| values(path, "/metadata/");
        assert_eq!(parts("/metadata/a/b/"), ["a", "b"]);
        assert_eq!(parts("/metadata//a%2Fb//%C3%A4%20+"), ["a/b", "ä +"]);
        assert_eq!(parts("/metadata/100%/%zz/%"), ["100%", "%zz", "%"]);
        assert_eq!(parts("/metadata/"), [""; 0]);
        let values = ["a/b".to_owned(), "ä +".to_owned()];
        assert_eq!(written(&values), "/a%2Fb/%C3%A4%20%2B");
        assert_eq!(parts(&format!("/metadata{}", written(&values))), values);
    }

    #[test]
    fn ends_of_paths_say_what_is_wanted() {
        let of = |path| picture(path, "/rgb/");
        let (values, what) = of("/rgb/a/b/9/271/180.png").unwrap();
        let tile = What::Tile("9".into(), "271".into(), "180".into(), Format::Png);
        assert_eq!((values, what), (vec!["a".into(), "b".into()], tile));
        let (values, what) = of("/rgb/preview.webp").unwrap();
        assert_eq!((values.len(), what), (0, What::Preview(Format::Webp)));
        assert_eq!(of("/rgb/a/tilejson.json").unwrap().1, What::TileJson);
        for path in [
            "/rgb/",
            "/rgb/1/2.png",
            "/rgb/a/1/2/-1.png",
            "/rgb/a/1/2/3",
            "/rgb/a/1/2/3.gif",
            "/rgb/a/1/b/3.png",
            "/rgb/a/1/2/3.png.png",
        ] {
            assert!(matches!(of(path), Err(Error::NotFound(_))), "{path}");
        }
    }
}
