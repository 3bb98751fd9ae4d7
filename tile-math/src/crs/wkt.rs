//! WKT's grammar: keywords with lists in brackets.

use crate::Error;
use crate::error::shorten;

/// Deepest nesting.
const DEEPEST: usize = 64;
/// Most nodes and values.
const MOST: usize = 100_000;

/// `KEYWORD[argument, …]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// In upper case.
    pub(super) keyword: String,
    /// Position in the text, in bytes.
    pub(super) at: usize,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Text(String),
    Number(f64),
    /// An enumerated word such as `NORTH`.
    Word(String),
    Node(Node),
}

impl Node {
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.arguments.iter().filter_map(|a| {
            if let Argument::Node(n) = a {
                Some(n)
            } else {
                None
            }
        })
    }

    /// The first child of one of the keywords.
    pub(super) fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.nodes()
            .find(|n| keywords.contains(&n.keyword.as_str()))
    }

    /// The first quoted text.
    pub(super) fn text(&self) -> Option<&str> {
        self.arguments.iter().find_map(|a| {
            if let Argument::Text(t) = a {
                Some(t.as_str())
            } else {
                None
            }
        })
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.arguments.iter().filter_map(|a| {
            if let Argument::Number(n) = a {
                Some(*n)
            } else {
                None
            }
        })
    }

    /// The first number, an error naming the keyword without one.
    pub(super) fn number(&self) -> Result<f64, Error> {
        self.numbers()
            .next()
            .ok_or_else(|| self.error("it holds no number"))
    }

    pub(super) fn word(&self) -> Option<&str> {
        self.arguments.iter().find_map(|a| {
            if let Argument::Word(w) = a {
                Some(w.as_str())
            } else {
                None
            }
        })
    }

    pub(super) fn error(&self, reason: &str) -> Error {
        Error::InvalidCrs {
            at: format!("byte {} of the WKT, {}", self.at, shorten(&self.keyword)),
            reason: reason.to_owned(),
        }
    }
}

/// Reads WKT; both kinds of brackets are allowed.
pub(super) fn parse(text: &str) -> Result<Node, Error> {
    let mut reader = Reader {
        text,
        at: 0,
        count: 0,
    };
    let node = reader.node(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.error("there is more after the definition"));
    }
    Ok(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    count: usize,
}

impl Reader<'_> {
    fn error(&self, reason: &str) -> Error {
        Error::InvalidCrs {
            at: format!("byte {} of the WKT", self.at),
            reason: reason.to_owned(),
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn name(&mut self) -> String {
        let rest = self.rest();
        let length = rest
            .bytes()
            .position(|b| !(b.is_ascii_alphanumeric() || b == b'_'))
            .unwrap_or(rest.len());
        let name = rest[..length].to_ascii_uppercase();
        self.at += length;
        name
    }

    fn node(&mut self, depth: usize) -> Result<Node, Error> {
        self.space();
        let at = self.at;
        let keyword = self.name();
        if keyword.is_empty() {
            return Err(self.error("expected a keyword"));
        }
        self.space();
        self.list(keyword, at, depth)
    }

    fn list(&mut self, keyword: String, at: usize, depth: usize) -> Result<Node, Error> {
        self.count += 1;
        if depth > DEEPEST || self.count > MOST {
            return Err(Error::LimitExceeded {
                what: "levels or items of WKT",
                needed: depth.max(self.count) as u64,
                limit: if depth > DEEPEST {
                    DEEPEST as u64
                } else {
                    MOST as u64
                },
            });
        }
        if !matches!(self.peek(), Some(b'[' | b'(')) {
            return Err(self.error("expected an opening bracket"));
        }
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            self.space();
            let argument = self.argument(depth)?;
            arguments.push(argument);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']' | b')') => {
                    self.at += 1;
                    return Ok(Node {
                        keyword,
                        at,
                        arguments,
                    });
                }
                _ => return Err(self.error("expected a comma or a closing bracket")),
            }
        }
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, Error> {
        self.count += 1;
        match self.peek() {
            Some(b'"') => self.quoted().map(Argument::Text),
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') => self.numeral().map(Argument::Number),
            Some(b) if b.is_ascii_alphabetic() => {
                let at = self.at;
                let name = self.name();
                self.space();
                if matches!(self.peek(), Some(b'[' | b'(')) {
                    self.list(name, at, depth + 1).map(Argument::Node)
                } else {
                    Ok(Argument::Word(name))
                }
            }
            _ => Err(self.error("expected a value")),
        }
    }

    /// A quote inside is doubled.
    fn quoted(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(end) = self.rest().find('"') else {
                return Err(self.error("a quoted text does not end"));
            };
            text.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if self.peek() != Some(b'"') {
                return Ok(text);
            }
            text.push('"');
            self.at += 1;
        }
    }

    fn numeral(&mut self) -> Result<f64, Error> {
        let rest = self.rest();
        let length = rest
            .bytes()
            .position(|b| !matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let value: f64 = rest[..length]
            .parse()
            .map_err(|_| self.error("expected a number"))?;
        if !value.is_finite() {
            return Err(self.error("the number is too large"));
        }
        self.at += length;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_lists() {
        let node = parse(r#" A["x ""y""", 1.5e1, NORTH, B(2) ]"#).expect("reads");
        assert_eq!(node.text(), Some("x \"y\""));
        assert_eq!(node.number(), Ok(15.0));
        assert_eq!(node.word(), Some("NORTH"));
        assert_eq!(node.child(&["B"]).map(Node::number), Some(Ok(2.0)));
    }

    #[test]
    fn hostile_text() {
        for text in [
            "", "A", "A[", "A[]", "A[\"x]", "A[1", "A[1e999]", "A[1]B", "A[--1]", "A[é]", "[1]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let deep = "A[".repeat(100_000);
        assert!(matches!(parse(&deep), Err(Error::LimitExceeded { .. })));
    }
}
