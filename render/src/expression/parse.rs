//! From text to [`Syntax`]: Python's grammar, as far as rio-tiler lets it through.

use super::number::Number;
use super::syntax::{Block, Function, Id, Infix, Node, Prefix, Syntax};
use cog_raster::Complex;
use winnow::Parser;
use winnow::ascii::multispace0;
use winnow::combinator::{alt, opt, peek};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location, Stateful, Stream};
use winnow::token::{any, one_of, take_while};

/// Longest text, in bytes.
const LONGEST: usize = 16_384;
/// Most blocks, and so bands of the result.
const MOST_BLOCKS: usize = 256;
/// Most bands, functions, operators and numbers of all blocks together.
const MOST_NODES: usize = 2_048;
/// Deepest nesting of brackets and of powers of powers.
const DEEPEST: u32 = 64;
/// TIFF counts the samples of a pixel in 16 bits (tag 277).
const LAST_BAND: u32 = u16::MAX as u32;

type Input<'t> = Stateful<LocatingSlice<&'t str>, State>;
type Parsed<T> = Result<T, ErrMode<Fault>>;

#[derive(Clone, Debug, Default)]
struct State {
    nodes: Vec<Node>,
    bands: Vec<u32>,
    depth: u32,
}

/// What is wrong, and at which byte of the block.
#[derive(Debug)]
struct Fault {
    at: usize,
    message: String,
}

impl ParserError<Input<'_>> for Fault {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        let found = input.input.chars().next();
        Self {
            at: input.current_token_start(),
            message: match found {
                Some(found) => format!("{found:?} does not belong here"),
                None => "it ends too early".to_owned(),
            },
        }
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}

fn fault<T>(at: usize, message: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Fault {
        at,
        message: message.into(),
    }))
}

/// Reads a text; the error says what is wrong with it, and where.
pub(super) fn parse(text: &str) -> Result<Syntax, String> {
    if text.len() > LONGEST {
        return Err(format!("{} bytes, where {LONGEST} are allowed", text.len()));
    }
    let mut syntax = Syntax::default();
    for block in text.split(';').filter(|block| !block.is_empty()) {
        let number = syntax.blocks.len() + 1;
        if number > MOST_BLOCKS {
            return Err(format!("more than {MOST_BLOCKS} blocks"));
        }
        let text = block.to_ascii_lowercase();
        let mut input = Input {
            input: LocatingSlice::new(&text),
            state: State {
                nodes: core::mem::take(&mut syntax.nodes),
                ..State::default()
            },
        };
        let root = whole(&mut input).map_err(|error| match error {
            ErrMode::Incomplete(_) => "it ends too early".to_owned(),
            ErrMode::Backtrack(Fault { at, message }) | ErrMode::Cut(Fault { at, message }) => {
                let at = text.get(..at).map_or(0, |before| before.chars().count()) + 1;
                format!("block {number}, character {at}: {message}")
            }
        })?;
        let State {
            nodes, mut bands, ..
        } = input.state;
        bands.sort_unstable();
        bands.dedup();
        syntax.nodes = nodes;
        syntax.blocks.push(Block { text, root, bands });
    }
    if syntax.blocks.iter().all(|block| block.bands.is_empty()) {
        return Err("it needs a band at least: b1, b2, …".to_owned());
    }
    Ok(syntax)
}

fn whole(input: &mut Input<'_>) -> Parsed<Id> {
    space(input)?;
    let root = infix(input, 0)?;
    let at = input.current_token_start();
    match input.input.chars().next() {
        None => Ok(root),
        Some('=') => fault(at, "= is no operator; == compares"),
        Some(')') => fault(at, "no bracket is open"),
        Some(_) => {
            let word: &str = peek(take_while(0.., is_name)).parse_next(input)?;
            match word {
                "and" => fault(at, "write & for `and`, with brackets around each side"),
                "or" => fault(at, "write | for `or`, with brackets around each side"),
                "" => Err(ErrMode::Cut(Fault::from_input(input))),
                word => fault(at, format!("{word:?} does not belong here")),
            }
        }
    }
}

fn space(input: &mut Input<'_>) -> Parsed<()> {
    multispace0.void().parse_next(input)
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Adds a node.
fn push(input: &mut Input<'_>, node: Node) -> Parsed<Id> {
    if input.state.nodes.len() == MOST_NODES {
        let at = input.current_token_start();
        return fault(at, format!("more than {MOST_NODES} terms and operators"));
    }
    input.state.nodes.push(node);
    Ok(input.state.nodes.len() - 1)
}

/// Parses something one level deeper.
fn deeper<T>(input: &mut Input<'_>, parser: impl FnOnce(&mut Input<'_>) -> Parsed<T>) -> Parsed<T> {
    if input.state.depth == DEEPEST {
        let at = input.current_token_start();
        return fault(at, format!("nested more than {DEEPEST} deep"));
    }
    input.state.depth += 1;
    let result = parser(input);
    input.state.depth -= 1;
    result
}

fn operator(input: &mut Input<'_>) -> Parsed<Infix> {
    alt((
        "**".value(Infix::Power),
        "//".value(Infix::FloorDivide),
        "==".value(Infix::Equal),
        "!=".value(Infix::NotEqual),
        "<=".value(Infix::LessEqual),
        ">=".value(Infix::GreaterEqual),
        alt((
            "<".value(Infix::Less),
            ">".value(Infix::Greater),
            "+".value(Infix::Add),
            "-".value(Infix::Subtract),
            "*".value(Infix::Multiply),
            "/".value(Infix::Divide),
            "%".value(Infix::Modulo),
            "^".value(Infix::Xor),
        )),
        "&".value(Infix::And),
        "|".value(Infix::Or),
    ))
    .parse_next(input)
}

/// Operands joined by operators of at least that strength. It calls itself for the right sides of weaker
/// operators only, so no deeper than there are strengths.
fn infix(input: &mut Input<'_>, least: u8) -> Parsed<Id> {
    let mut left = prefixed(input)?;
    let mut compared = false;
    loop {
        let start = input.checkpoint();
        let at = input.current_token_start();
        let Some(operator) = opt(operator).parse_next(input)? else {
            return Ok(left);
        };
        if operator.strength() < least {
            input.reset(&start);
            return Ok(left);
        }
        if operator.is_comparison() {
            if compared {
                return fault(
                    at,
                    "comparisons do not chain; & and | bind tighter than they do: write (b1 > 1) & (b1 < 9)",
                );
            }
            compared = true;
        }
        space(input)?;
        let right = infix(input, operator.strength() + 1)?;
        left = push(input, Node::Infix(operator, left, right))?;
    }
}

/// An operand with its signs; a power binds tighter than they do.
fn prefixed(input: &mut Input<'_>) -> Parsed<Id> {
    let mut prefixes = Vec::new();
    while let Some(sign) = opt(one_of(['+', '-', '~'])).parse_next(input)? {
        prefixes.push(match sign {
            '+' => Prefix::Plus,
            '-' => Prefix::Minus,
            _ => Prefix::Invert,
        });
        space(input)?;
    }
    let mut operand = primary(input)?;
    if opt("**").parse_next(input)?.is_some() {
        space(input)?;
        let exponent = deeper(input, prefixed)?;
        operand = push(input, Node::Infix(Infix::Power, operand, exponent))?;
    }
    for prefix in prefixes.into_iter().rev() {
        operand = push(input, Node::Prefix(prefix, operand))?;
    }
    Ok(operand)
}

/// A bracket, a number, a band or a call, and the space behind it.
fn primary(input: &mut Input<'_>) -> Parsed<Id> {
    let at = input.current_token_start();
    let id = match input.input.chars().next() {
        Some('(') => {
            any.parse_next(input)?;
            space(input)?;
            let inner = deeper(input, |input| infix(input, 0))?;
            close(input, at)?;
            inner
        }
        Some('0'..='9' | '.') => {
            let number = number(input)?;
            push(input, Node::Number(number))?
        }
        Some(c) if is_name(c) => named(input)?,
        Some(c) => {
            return fault(
                at,
                format!("a band, a number, a function or a bracket is needed, not {c:?}"),
            );
        }
        None => return fault(at, "it ends where a band or a number is needed"),
    };
    space(input)?;
    Ok(id)
}

fn close(input: &mut Input<'_>, opened: usize) -> Parsed<()> {
    let at = input.current_token_start();
    match opt(any).parse_next(input)? {
        Some(')') => Ok(()),
        Some(other) => fault(
            at,
            format!("a bracket is open, {other:?} does not close it"),
        ),
        None => fault(opened, "this bracket is never closed"),
    }
}

/// A band, or a function with its arguments.
fn named(input: &mut Input<'_>) -> Parsed<Id> {
    let at = input.current_token_start();
    let name: &str = take_while(1.., is_name).parse_next(input)?;
    space(input)?;
    if opt('(').parse_next(input)?.is_none() {
        return match band(name) {
            Ok(band) => {
                input.state.bands.push(band);
                push(input, Node::Band(band))
            }
            Err(message) => fault(at, message),
        };
    }
    let function = match Function::named(name) {
        Some(function) => function,
        None => return fault(at, refusal(name)),
    };
    space(input)?;
    let mut arguments = Vec::new();
    while opt(peek(')')).parse_next(input)?.is_none() {
        arguments.push(deeper(input, |input| infix(input, 0))?);
        if opt(',').parse_next(input)?.is_none() {
            break;
        }
        space(input)?;
    }
    close(input, at)?;
    let needed = function.arguments();
    if arguments.len() != needed {
        let s = if needed == 1 { "" } else { "s" };
        let given = arguments.len();
        return fault(
            at,
            format!("{name} takes {needed} argument{s}, not {given}"),
        );
    }
    let argument = |index: usize| arguments.get(index).copied().unwrap_or(arguments[0]);
    push(
        input,
        Node::Call(function, [argument(0), argument(1), argument(2)]),
    )
}

/// 0-based number of a band.
fn band(name: &str) -> Result<u32, String> {
    let digits = name.strip_prefix('b').unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(match name {
            "not" => "write ~ for `not`, with brackets around the comparison".to_owned(),
            name if Function::named(name).is_some() => {
                format!("{name} needs its arguments: {name}(…)")
            }
            name => format!("{name:?} is neither a band (b1, b2, …) nor a function"),
        });
    }
    let number: Option<u32> = digits.parse().ok().filter(|number| *number <= LAST_BAND);
    match number {
        Some(0) => Err("bands count from b1".to_owned()),
        Some(number) if !digits.starts_with('0') => Ok(number - 1),
        _ => Err(format!("{name:?} is no band: b1 to b{LAST_BAND}")),
    }
}

/// Why a name is no function here.
fn refusal(name: &str) -> String {
    match name {
        "min" => "min joins pixels to one number; minimum(a, b) compares pixel by pixel".to_owned(),
        "max" => "max joins pixels to one number; maximum(a, b) compares pixel by pixel".to_owned(),
        "sum" => "sum joins pixels to one number; write b1+b2".to_owned(),
        "prod" => "prod joins pixels to one number; write b1*b2".to_owned(),
        "contains" => "contains compares texts, of which there are none".to_owned(),
        name => format!("{name:?} is no function"),
    }
}

fn number(input: &mut Input<'_>) -> Parsed<Number> {
    let at = input.current_token_start();
    let digits = |c: char| c.is_ascii_digit() || c == '_';
    if let Some(base) =
        opt(alt(("0x".value(16), "0o".value(8), "0b".value(2)))).parse_next(input)?
    {
        let text: &str = take_while(0.., is_name).parse_next(input)?;
        let text = text.strip_prefix('_').unwrap_or(text);
        let value = plain(text).and_then(|text| i128::from_str_radix(&text, base).ok());
        return match value {
            Some(value) => Ok(Number::Int(value)),
            None => fault(at, format!("no number to the base of {base}")),
        };
    }
    let text: &str = (
        take_while(0.., digits),
        opt(('.', take_while(0.., digits))),
        opt(('e', opt(one_of(['+', '-'])), take_while(1.., digits))),
    )
        .take()
        .parse_next(input)?;
    let wrong = |text: &str| fault(at, format!("{text:?} is no number"));
    let imaginary = opt('j').parse_next(input)?.is_some();
    if input.input.chars().next().is_some_and(is_name) {
        let rest: &str = take_while(0.., is_name).parse_next(input)?;
        return wrong(&format!("{text}{rest}"));
    }
    let Some(digits) = plain(text) else {
        return wrong(text);
    };
    let is_whole = digits.bytes().all(|digit| digit.is_ascii_digit());
    if is_whole && !imaginary {
        if digits.starts_with('0') && digits.bytes().any(|digit| digit != b'0') {
            return fault(at, "a whole number does not start with 0");
        }
        return match digits.parse() {
            Ok(value) => Ok(Number::Int(value)),
            Err(_) => fault(at, "a constant is too large"),
        };
    }
    match digits.parse() {
        Ok(value) if imaginary => Ok(Number::Complex(Complex::new(0.0, value))),
        Ok(value) => Ok(Number::Float(value)),
        Err(_) => wrong(text),
    }
}

/// Digits without the underscores between them; `None` where one stands elsewhere.
fn plain(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let between = |at: usize| {
        let digit = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_alphanumeric)
        };
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    let sound = (0..bytes.len()).all(|at| bytes[at] != b'_' || between(at));
    sound.then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With all brackets, and what is a band without its `b`.
    fn shown(syntax: &Syntax, id: Id) -> String {
        match &syntax.nodes[id] {
            Node::Band(band) => format!("b{}", band + 1),
            Node::Number(Number::Int(value)) => value.to_string(),
            Node::Number(Number::Float(value)) => format!("{value:?}"),
            Node::Number(other) => format!("{other:?}"),
            Node::Prefix(prefix, a) => {
                let sign = match prefix {
                    Prefix::Plus => '+',
                    Prefix::Minus => '-',
                    Prefix::Invert => '~',
                };
                format!("({sign}{})", shown(syntax, *a))
            }
            Node::Infix(infix, a, b) => {
                format!(
                    "({}{}{})",
                    shown(syntax, *a),
                    infix.text(),
                    shown(syntax, *b)
                )
            }
            Node::Call(function, arguments) => {
                let arguments: Vec<String> = arguments[..function.arguments()]
                    .iter()
                    .map(|id| shown(syntax, *id))
                    .collect();
                format!("{}({})", function.name(), arguments.join(","))
            }
        }
    }

    fn all(text: &str) -> String {
        let syntax = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let blocks: Vec<String> = syntax
            .blocks
            .iter()
            .map(|block| shown(&syntax, block.root))
            .collect();
        blocks.join(";")
    }

    #[test]
    fn operators_bind_as_in_python() {
        for (text, expected) in [
            ("b1+b2*b3", "(b1+(b2*b3))"),
            ("b1-b2-b3", "((b1-b2)-b3)"),
            ("b1/b2//b3%b4", "(((b1/b2)//b3)%b4)"),
            ("-b1**2", "(-(b1**2))"),
            ("2**-b1", "(2**(-b1))"),
            ("b1**b2**b3", "(b1**(b2**b3))"),
            ("-b1*b2", "((-b1)*b2)"),
            ("~b1&b2|b3^b4", "(((~b1)&b2)|(b3^b4))"),
            ("b1 < b2 & b3", "(b1<(b2&b3))"),
            ("b1+1>b2", "((b1+1)>b2)"),
            ("(b1 > 1) & (b1 < 9)", "((b1>1)&(b1<9))"),
            ("where(b1>b2, b1, -1.5e-3)", "where((b1>b2),b1,(-0.0015))"),
            ("B12 ; ABS( b3 ,)", "b12;abs(b3)"),
            (" - + ~ b1\n", "(-(+(~b1)))"),
            ("b1*1_000+0x1F+0b11+.5+1.", "((((b1*1000)+31)+3)+0.5)+1.0"),
            ("b1;;b2;", "b1;b2"),
            ("b1**2-3", "((b1**2)-3)"),
        ] {
            let found = all(text);
            let found = found
                .strip_prefix('(')
                .filter(|_| text.contains("1_000"))
                .and_then(|f| f.strip_suffix(')'))
                .unwrap_or(&found);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, words) in [
            ("", "needs a band"),
            ("1+2", "needs a band"),
            ("b1;b1+", "block 2, character 4: it ends"),
            ("b1+)", "character 4: a band"),
            ("(b1", "character 1: this bracket"),
            ("(b1;b2)", "block 1, character 1"),
            ("b1)", "character 3: no bracket"),
            ("b0", "count from b1"),
            ("b01", "no band"),
            ("b99999999999", "no band"),
            ("bx+b1", "neither"),
            ("b1<b2<b3", "do not chain"),
            ("b1 > 1 & b1 < 9", "do not chain"),
            ("b1 and b2", "write &"),
            ("not b1", "write ~"),
            ("b1=b2", "=="),
            ("min(b1,b2)", "minimum(a, b)"),
            ("sum(b1)", "b1+b2"),
            ("eval(b1)", "no function"),
            ("b1.real", "'.' does not belong"),
            ("b1[0]", "'['"),
            ("sqrt", "needs its arguments"),
            ("sqrt()", "takes 1 argument, not 0"),
            ("where(b1,b2)", "takes 3 arguments, not 2"),
            ("b1+007", "start with 0"),
            ("b1+12ab", "\"12ab\" is no number"),
            ("b1+1__0", "no number"),
            ("b1+1e", "no number"),
            ("b1+.", "no number"),
            ("b1+0xg", "base of 16"),
            ("b1+'a'", "not '\\''"),
            ("b1 \u{e9}", "character 4"),
            ("b1; ", "block 2"),
            (&format!("b1+{}", "9".repeat(60)), "too large"),
            (&"(".repeat(10_000), "nested more than"),
            (&format!("b1{}", "**2".repeat(2_000)), "nested more than"),
            (&format!("b1{}", "+b1".repeat(2_000)), "terms"),
            (&format!("{}b1", "-".repeat(9_000)), "terms"),
            (&"b1;".repeat(257), "blocks"),
            (&"(".repeat(100_000), "bytes"),
            (&"abs(".repeat(4_000), "nested more than"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(words), "{text:.40}: {error}");
        }
    }

    #[test]
    fn bands_are_counted_once_and_in_order() {
        let syntax = parse("b9+b2*b9;b1").unwrap();
        assert_eq!(syntax.blocks[0].bands, [1, 8]);
        assert_eq!(syntax.blocks[1].bands, [0]);
        assert_eq!(syntax.blocks[1].text, "b1");
    }

    #[test]
    fn every_function_is_known_by_its_name() {
        for function in Function::ALL {
            let arguments = vec!["b1"; function.arguments()].join(",");
            let text = format!("{}({arguments})", function.name());
            assert_eq!(all(&text), text);
        }
        assert_eq!(Function::ALL.len(), 43);
    }
}
