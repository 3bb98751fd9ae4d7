//! Words of an expression.

use super::wrong;
use crate::Error;
use crate::text::excerpt;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Whole(f64),
    Real(f64),
    Name(String),
    Symbol(&'static str),
    End,
}

/// Longer ones first.
const SYMBOLS: [&str; 24] = [
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "&", "|", "^", "~",
    "<", ">", "(", ")", ",", "@", "=",
];

/// Splits an expression into words; the last is [`Token::End`].
pub(super) fn words(text: &str) -> Result<Vec<Token>, Error> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() || is_point(rest) {
            let length = number_length(rest);
            words.push(number(&rest[..length]).ok_or_else(|| invalid(text))?);
            length
        } else if first.is_alphabetic() || first == '_' {
            let ends = |c: char| !(c.is_alphanumeric() || c == '_');
            let length = rest.find(ends).unwrap_or(rest.len());
            words.push(Token::Name(rest[..length].to_owned()));
            length
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            let symbol = symbol.ok_or_else(|| invalid(text))?;
            words.push(Token::Symbol(symbol));
            symbol.len()
        };
        rest = rest[length..].trim_start();
    }
    words.push(Token::End);
    Ok(words)
}

/// The text is no expression.
pub(super) fn invalid(text: &str) -> Error {
    wrong(format_args!(
        "given string {} is not a valid expression",
        excerpt(text)
    ))
}

/// `.5`.
fn is_point(rest: &str) -> bool {
    let mut letters = rest.chars();
    letters.next() == Some('.') && letters.next().is_some_and(|c| c.is_ascii_digit())
}

/// Digits, letters and points, and a sign after an exponent's `e`.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let is_hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        let after_e = length > 0 && matches!(bytes[length - 1], b'e' | b'E') && !is_hexadecimal;
        let belongs = byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'_')
            || (after_e && matches!(byte, b'+' | b'-'));
        if !belongs {
            break;
        }
        length += 1;
    }
    length
}

/// A Python literal: whole numbers of several bases, decimal numbers; underscores between digits.
fn number(text: &str) -> Option<Token> {
    let lower = text.to_ascii_lowercase();
    if lower.ends_with('_') || lower.contains("__") {
        return None;
    }
    let plain = lower.replace('_', "");
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = plain.strip_prefix(prefix) {
            let number = u64::from_str_radix(digits, base).ok()?;
            return Some(Token::Whole(number as f64));
        }
    }
    if plain.bytes().all(|byte| byte.is_ascii_digit()) {
        // Python refuses 007.
        let padded = plain.starts_with('0') && plain.bytes().any(|byte| byte != b'0');
        return if padded {
            None
        } else {
            plain.parse().ok().map(Token::Whole)
        };
    }
    let known = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-');
    let number = plain.bytes().all(known).then(|| plain.parse().ok());
    number.flatten().map(Token::Real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_pythons() {
        let one = |text: &str| words(text).map(|words| words[0].clone()).ok();
        for (text, token) in [
            ("12", Token::Whole(12.0)),
            ("1_000", Token::Whole(1000.0)),
            ("0x1F", Token::Whole(31.0)),
            ("0b101", Token::Whole(5.0)),
            ("1.", Token::Real(1.0)),
            (".5", Token::Real(0.5)),
            ("1e7", Token::Real(1e7)),
            ("2.5E-3", Token::Real(0.0025)),
            ("000", Token::Whole(0.0)),
        ] {
            assert_eq!(one(text), Some(token), "{text}");
        }
        for text in [
            "007", "1j", "1__0", "1_", "0x", "1.2.3", "1e", "\"a\"", "v1;v2", "v1.x", "[1]", "ä$",
        ] {
            assert!(words(text).is_err(), "{text}");
        }
    }

    #[test]
    fn symbols_are_as_long_as_possible() {
        let words = words(" v1**2<=.5e1 ").unwrap();
        assert_eq!(
            words,
            [
                Token::Name("v1".into()),
                Token::Symbol("**"),
                Token::Whole(2.0),
                Token::Symbol("<="),
                Token::Real(5.0),
                Token::End,
            ]
        );
    }
}
