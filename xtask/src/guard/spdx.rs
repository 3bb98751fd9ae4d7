//! SPDX licence expressions, as far as manifests use them.

/// Whether `expression` can be met by licences that `allowed` accepts.
///
/// `A OR B` needs one of both, `A AND B` both; `AND` binds tighter. `A WITH exception` is asked for
/// as a whole and, as an exception only ever permits more, as `A`. The old form `A/B` means `A OR B`.
///
/// # Errors
///
/// What is wrong with an expression that does not parse.
pub(crate) fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let verdict = any(&mut words, allowed, 0)?;
    match words.next() {
        None => Ok(verdict),
        Some(word) => Err(format!("`{word}` is left over")),
    }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// Parentheses deeper than this are refused rather than followed.
const DEPTH: usize = 16;

/// `all (OR all)*`
fn any(
    words: &mut Words<'_>,
    allowed: &dyn Fn(&str) -> bool,
    depth: usize,
) -> Result<bool, String> {
    let mut verdict = all(words, allowed, depth)?;
    while words.next_if_eq(&"OR").is_some() {
        verdict |= all(words, allowed, depth)?;
    }
    Ok(verdict)
}

/// `one (AND one)*`
fn all(
    words: &mut Words<'_>,
    allowed: &dyn Fn(&str) -> bool,
    depth: usize,
) -> Result<bool, String> {
    let mut verdict = one(words, allowed, depth)?;
    while words.next_if_eq(&"AND").is_some() {
        verdict &= one(words, allowed, depth)?;
    }
    Ok(verdict)
}

/// `( any )`, `licence`, or `licence WITH exception`
fn one(
    words: &mut Words<'_>,
    allowed: &dyn Fn(&str) -> bool,
    depth: usize,
) -> Result<bool, String> {
    match words.next() {
        Some("(") if depth == DEPTH => Err("too many parentheses".to_owned()),
        Some("(") => {
            let verdict = any(words, allowed, depth + 1)?;
            words
                .next_if_eq(&")")
                .ok_or("a parenthesis is not closed")?;
            Ok(verdict)
        }
        None => Err("a licence is missing at the end".to_owned()),
        Some(word @ (")" | "AND" | "OR" | "WITH")) => Err(format!("`{word}` stands for a licence")),
        Some(licence) if words.next_if_eq(&"WITH").is_some() => {
            let exception = words.next().ok_or("WITH names no exception")?;
            Ok(allowed(licence) || allowed(&format!("{licence} WITH {exception}")))
        }
        Some(licence) => Ok(allowed(licence)),
    }
}

#[cfg(test)]
mod tests {
    use super::satisfied;

    fn with_mit_and_zlib(expression: &str) -> Result<bool, String> {
        satisfied(expression, &|licence| {
            matches!(licence, "MIT" | "Zlib" | "X WITH y")
        })
    }

    #[test]
    fn or_needs_one_and_needs_both() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("Apache-2.0/MIT", true),
            ("MIT AND GPL-3.0-only", false),
            ("MIT AND Zlib", true),
            ("GPL-3.0-only AND MIT OR Zlib", true),
            ("GPL-3.0-only AND (MIT OR Zlib)", false),
            ("(MIT OR Apache-2.0) AND Zlib", true),
            ("X WITH y", true),
            ("X WITH z", false),
            ("MIT WITH z", true),
        ] {
            assert_eq!(with_mit_and_zlib(expression), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn what_does_not_parse_is_no_permission() {
        for expression in [
            "", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT Zlib", "MIT WITH",
        ] {
            assert!(with_mit_and_zlib(expression).is_err(), "{expression}");
        }
        assert!(with_mit_and_zlib(&"(".repeat(100_000)).is_err());
    }
}
