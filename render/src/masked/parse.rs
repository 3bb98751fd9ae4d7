//! Reading an expression.

use super::function::Function;
use super::lexer::{Token, invalid, words};
use super::node::{Id, Infix, Kind, Node};
use crate::Error;
use crate::text::excerpt;

/// Arithmetic between rasters, written as in Terracotta's `/compute`.
///
/// | | |
/// | --- | --- |
/// | numbers | `1`, `0x1f`, `.5`, `1e7`, `True`, `pi`, `nan`, `inf`, `nomask` |
/// | rasters | `v1` to `v9` |
/// | operators | `+ - * / % **`; `&` and `\|` of truths or whole numbers; `-` and `~` before one; `== != < <= > >=` |
/// | of one | `abs sqrt log log10 exp sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh getmask masked_invalid` |
/// | of two | `minimum`, `maximum`, `mod`, `masked_equal`, `masked_not_equal`, `masked_greater`, `masked_greater_equal`, `masked_less`, `masked_less_equal`, `masked_where(condition, raster)`, `setmask(raster, mask)` |
/// | of three | `where(condition, a, b)`, `masked_inside(raster, least, most)`, `masked_outside(raster, least, most)` |
///
/// Precedence is Python's. What is masked in an operand is masked in the result, and so is what is not finite
/// at the end. Whole numbers do not wrap around: all is computed in binary64.
///
/// ```
/// use cog_raster::{Raster, Samples};
/// use cog_render::{Image, ImageBand, MaskedExpression};
/// use tile_math::BoundingBox;
///
/// let image = |value: u16| {
///     let raster = Raster::new(1, 1, 1, Samples::U16(vec![value]))?;
///     let bounds = BoundingBox::new(0.0, 0.0, 1.0, 1.0);
///     Ok::<_, Box<dyn std::error::Error>>(Image::new(raster, vec![ImageBand::new("b1")], None, bounds)?)
/// };
/// let difference = MaskedExpression::parse("(v1 - v2) / (v1 + v2)")?;
/// let band = difference.evaluate(&[(1, &image(1)?), (2, &image(3)?)])?;
/// assert_eq!(band.values, [-0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedExpression {
    pub(super) nodes: Vec<Node>,
}

/// Bytes of an expression.
const LONGEST: usize = 10_000;

/// Nodes of an expression: each costs time on every pixel.
const MOST: usize = 1_000;

/// Brackets, signs and powers within each other.
const DEEPEST: usize = 64;

impl MaskedExpression {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that says what is wrong, in Terracotta's words where it has some.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(wrong(format_args!(
                "the expression has {} bytes, the most is {LONGEST}",
                text.len()
            )));
        }
        let mut parser = Parser {
            text,
            words: words(text)?,
            at: 0,
            depth: 0,
            nodes: Vec::new(),
        };
        parser.comparison()?;
        match parser.peek() {
            Token::End => Ok(Self {
                nodes: parser.nodes,
            }),
            _ => Err(invalid(text)),
        }
    }

    /// The numbers of the rasters that it speaks of, sorted.
    #[must_use]
    pub fn variables(&self) -> Vec<u8> {
        let numbers = self.nodes.iter().filter_map(|node| match node {
            Node::Variable(number) => Some(*number),
            _ => None,
        });
        let mut numbers: Vec<u8> = numbers.collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

struct Parser<'a> {
    text: &'a str,
    words: Vec<Token>,
    at: usize,
    depth: usize,
    nodes: Vec<Node>,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.words.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let word = self.peek().clone();
        self.at += 1;
        word
    }

    /// The symbol that comes, if it is one of these; it is then taken.
    fn symbol(&mut self, symbols: &[&'static str]) -> Option<&'static str> {
        let Token::Symbol(symbol) = self.peek() else {
            return None;
        };
        let found = symbols.iter().find(|known| *known == symbol).copied();
        self.at += usize::from(found.is_some());
        found
    }

    fn push(&mut self, node: Node) -> Result<Id, Error> {
        if self.nodes.len() >= MOST {
            return Err(wrong(format_args!("it has more than {MOST} steps")));
        }
        self.nodes.push(node);
        Ok(self.nodes.len() - 1)
    }

    /// One level deeper.
    fn within(&mut self, read: impl FnOnce(&mut Self) -> Result<Id, Error>) -> Result<Id, Error> {
        if self.depth >= DEEPEST {
            return Err(wrong(format_args!(
                "brackets, signs and powers lie more than {DEEPEST} deep"
            )));
        }
        self.depth += 1;
        let id = read(self)?;
        self.depth -= 1;
        Ok(id)
    }

    fn comparison(&mut self) -> Result<Id, Error> {
        const SYMBOLS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];
        let mut left = self.either()?;
        if let Some(symbol) = self.symbol(&SYMBOLS) {
            let right = self.either()?;
            if self.symbol(&SYMBOLS).is_some() {
                return Err(wrong("chained comparisons are not supported"));
            }
            left = self.binary(symbol, left, right)?;
        }
        for (word, name) in [("and", "BoolOp"), ("or", "BoolOp"), ("if", "IfExp")] {
            if self.peek() == &Token::Name(word.into()) {
                return Err(refused(name));
            }
        }
        Ok(left)
    }

    fn either(&mut self) -> Result<Id, Error> {
        let mut left = self.both()?;
        while self.symbol(&["|"]).is_some() {
            let right = self.both()?;
            left = self.push(Node::Binary(Infix::Or, left, right))?;
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Id, Error> {
        let mut left = self.sum()?;
        while let Some(symbol) = self.symbol(&["&", "^", "<<", ">>"]) {
            let right = self.sum()?;
            left = self.binary(symbol, left, right)?;
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Id, Error> {
        let mut left = self.product()?;
        while let Some(symbol) = self.symbol(&["+", "-"]) {
            let right = self.product()?;
            left = self.binary(symbol, left, right)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Id, Error> {
        let mut left = self.sign()?;
        while let Some(symbol) = self.symbol(&["*", "/", "%", "//", "@"]) {
            let right = self.sign()?;
            left = self.binary(symbol, left, right)?;
        }
        Ok(left)
    }

    fn sign(&mut self) -> Result<Id, Error> {
        let Some(symbol) = self.symbol(&["-", "~", "+"]) else {
            return self.power();
        };
        let of = self.within(Self::sign)?;
        match symbol {
            "-" => self.push(Node::Negate(of)),
            "~" => self.push(Node::Invert(of)),
            _ => Err(wrong("unary operator UAdd not allowed in expressions")),
        }
    }

    fn power(&mut self) -> Result<Id, Error> {
        let base = self.atom()?;
        if self.symbol(&["**"]).is_none() {
            return Ok(base);
        }
        let exponent = self.within(Self::sign)?;
        self.push(Node::Binary(Infix::Power, base, exponent))
    }

    fn atom(&mut self) -> Result<Id, Error> {
        match self.next() {
            Token::Whole(number) => self.push(Node::Number(number, Kind::Whole)),
            Token::Real(number) => self.push(Node::Number(number, Kind::Real)),
            Token::Symbol("(") => {
                let inside = self.within(Self::comparison)?;
                match self.symbol(&[")"]) {
                    Some(_) => Ok(inside),
                    None => Err(invalid(self.text)),
                }
            }
            Token::Name(name) => self.name(&name),
            _ => Err(invalid(self.text)),
        }
    }

    fn name(&mut self, name: &str) -> Result<Id, Error> {
        if self.symbol(&["("]).is_some() {
            return self.call(name);
        }
        let number = name.strip_prefix('v').and_then(|n| n.parse().ok());
        let node = match (name, number) {
            (_, Some(number @ 1..=9)) if name.len() == 2 => Node::Variable(number),
            ("pi", _) => Node::Number(core::f64::consts::PI, Kind::Real),
            ("nan", _) => Node::Number(f64::NAN, Kind::Real),
            ("inf", _) => Node::Number(f64::INFINITY, Kind::Real),
            ("nomask" | "False", _) => Node::Number(0.0, Kind::Truth),
            ("True", _) => Node::Number(1.0, Kind::Truth),
            ("not", _) => return Err(wrong("unary operator Not not allowed in expressions")),
            ("lambda", _) => return Err(refused("Lambda")),
            _ => return Err(unrecognized(name)),
        };
        self.push(node)
    }

    fn call(&mut self, name: &str) -> Result<Id, Error> {
        let (function, count) = Function::find(name).ok_or_else(|| unrecognized(name))?;
        let mut arguments = Vec::new();
        if self.symbol(&[")"]).is_none() {
            loop {
                arguments.push(self.within(Self::comparison)?);
                match self.symbol(&[",", ")"]) {
                    Some(")") => break,
                    // Python lets a comma end a list.
                    Some(_) if self.symbol(&[")"]).is_some() => break,
                    Some(_) => {}
                    None => return Err(invalid(self.text)),
                }
            }
        }
        if arguments.len() != count {
            return Err(wrong(format_args!(
                "wrong number of arguments for function {name} (got {}, expected {count})",
                arguments.len()
            )));
        }
        self.push(Node::Call(function, arguments))
    }

    fn binary(&mut self, symbol: &str, left: Id, right: Id) -> Result<Id, Error> {
        let operation = match symbol {
            "+" => Infix::Add,
            "-" => Infix::Subtract,
            "*" => Infix::Multiply,
            "/" => Infix::Divide,
            "%" => Infix::Remainder,
            "&" => Infix::And,
            "==" => Infix::Equal,
            "!=" => Infix::Unequal,
            "<" => Infix::Less,
            "<=" => Infix::LessOrEqual,
            ">" => Infix::Greater,
            ">=" => Infix::GreaterOrEqual,
            _ => {
                let name = match symbol {
                    "//" => "FloorDiv",
                    "@" => "MatMult",
                    "^" => "BitXor",
                    "<<" => "LShift",
                    _ => "RShift",
                };
                return Err(wrong(format_args!(
                    "binary operator {name} not allowed in expressions"
                )));
            }
        };
        self.push(Node::Binary(operation, left, right))
    }
}

/// What is wrong with an expression.
pub(super) fn wrong(message: impl core::fmt::Display) -> Error {
    Error::parameter(
        "expression",
        format!("error while executing expression: {message}"),
    )
}

/// There is nothing of that name.
pub(super) fn unrecognized(name: &str) -> Error {
    let name = excerpt(name).to_string();
    let name = name.trim_matches('"');
    wrong(format_args!("unrecognized name '{name}' in expression"))
}

fn refused(node: &str) -> Error {
    wrong(format_args!("{node} not allowed in expressions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_in_terracottas_words() {
        for (text, words) in [
            ("", "not a valid expression"),
            ("v1 +", "not a valid expression"),
            ("v1 v2", "not a valid expression"),
            ("(v1", "not a valid expression"),
            ("v1 = 2", "not a valid expression"),
            ("v0", "unrecognized name 'v0'"),
            ("v10", "unrecognized name 'v10'"),
            ("__import__(1)", "unrecognized name '__import__'"),
            ("sqrt", "unrecognized name 'sqrt'"),
            ("sqrt(v1, v2)", "function sqrt (got 2, expected 1)"),
            ("where()", "(got 0, expected 3)"),
            ("1 < v1 < 2", "chained comparisons are not supported"),
            ("+v1", "unary operator UAdd"),
            ("not v1", "unary operator Not"),
            ("v1 and v2", "BoolOp not allowed"),
            ("v1 if v2 else 1", "IfExp not allowed"),
            ("v1 // 2", "binary operator FloorDiv"),
            ("v1 ^ 2", "binary operator BitXor"),
            ("v1 << 2", "binary operator LShift"),
            ("v1 @ v2", "binary operator MatMult"),
            ("lambda x", "Lambda"),
        ] {
            let error = MaskedExpression::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
            assert!(error.contains("error while executing"), "{text}: {error}");
        }
    }

    #[test]
    fn length_depth_and_steps_are_bounded() {
        for text in [
            "(".repeat(5_000),
            "-".repeat(5_000) + "1",
            "2**".repeat(1_000) + "2",
            "v1+".repeat(3_000) + "v1",
            "abs(".repeat(1_000),
            " ".repeat(20_000),
        ] {
            assert!(MaskedExpression::parse(&text).is_err());
        }
        let long = "v1+".repeat(400) + "v1";
        assert_eq!(MaskedExpression::parse(&long).unwrap().variables(), [1]);
        let deep = "(".repeat(60) + "v2" + &")".repeat(60);
        assert_eq!(MaskedExpression::parse(&deep).unwrap().variables(), [2]);
    }
}
