//! What a path asks for: values of keys, and a tile, a preview, a document.

/// The parts of a path below `prefix`, each decoded by itself, so that a value can hold a slash as `%2F`;
/// empty ones are left out, as in Terracotta.
pub(super) fn values(path: &str, prefix: &str) -> Vec<String> {
    let below = path.strip_prefix(prefix).unwrap_or_default();
    let parts = below.split('/').filter(|part| !part.is_empty());
    parts.map(decoded).collect()
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
    }
}
