//! From [`Syntax`] and a type of samples to a [`Program`]: NumExpr's rules of types.

use super::kind::{Kind, Range};
use super::number::Number;
use super::program::{Binary, Draft, Program, Step, Unary, Value};
use super::syntax::{Function, Id, Infix, Node, Prefix, Syntax};
use cog_raster::SampleType;

/// What a node comes to.
#[derive(Clone, Copy, Debug)]
enum Term {
    Number(Number),
    Pixels {
        value: Value,
        kind: Kind,
        /// Known where the kind is whole.
        range: Option<Range>,
    },
}

const TRUTH: Range = Range { least: 0, most: 1 };

/// Whole powers up to this are products, as NumExpr has it.
const PRODUCTS: f64 = 50.0;

/// The program of some blocks over samples of a type. `bands` are the numbers of the bands that it loads;
/// `blocks` those of the blocks wanted.
///
/// The error says what does not fit.
pub(super) fn compile(
    syntax: &Syntax,
    blocks: core::ops::Range<usize>,
    bands: &[u32],
    samples: SampleType,
) -> Result<Program, String> {
    let mut compiler = Compiler {
        draft: Draft::default(),
        samples,
        bands,
    };
    let mut terms: Vec<Result<Term, String>> = Vec::with_capacity(syntax.nodes.len());
    for node in &syntax.nodes {
        let term = compiler.node(node, &terms);
        terms.push(term);
    }
    let mut roots = Vec::with_capacity(blocks.len());
    for (at, block) in blocks.clone().zip(&syntax.blocks[blocks]) {
        let term = terms[block.root].clone();
        let term = term.map_err(|message| format!("block {}: {message}", at + 1))?;
        roots.push((term, term.kind()));
    }
    let kind = roots
        .iter()
        .map(|(_, kind)| *kind)
        .reduce(Kind::joined)
        .unwrap_or(Kind::Bool);
    let outputs: Vec<Value> = roots
        .iter()
        .map(|(term, _)| compiler.value(*term, kind))
        .collect();
    Ok(compiler.draft.finish(&outputs, kind))
}

impl Term {
    fn kind(self) -> Kind {
        match self {
            Self::Number(number) => number.kind(),
            Self::Pixels { kind, .. } => kind,
        }
    }

    fn range(self) -> Option<Range> {
        match self {
            Self::Number(number) => number
                .whole()
                .map(|value| Range::new(value, value))
                .filter(|_| number.kind().is_whole()),
            Self::Pixels { range, .. } => range,
        }
    }
}

struct Compiler<'a> {
    draft: Draft,
    samples: SampleType,
    bands: &'a [u32],
}

impl Compiler<'_> {
    fn node(&mut self, node: &Node, terms: &[Result<Term, String>]) -> Result<Term, String> {
        let of = |id: Id| terms[id].clone();
        match *node {
            Node::Band(number) => {
                let (kind, range) = Kind::of_samples(self.samples);
                // A band of a block that is not wanted is not loaded by anything that is.
                let band = self.bands.iter().position(|band| *band == number);
                let band = band.ok_or_else(|| format!("there is no b{}", u64::from(number) + 1))?;
                let value = self.draft.push(Step::Load(band), kind);
                Ok(Term::Pixels { value, kind, range })
            }
            Node::Number(number) => Ok(Term::Number(number)),
            Node::Prefix(prefix, a) => self.prefix(prefix, of(a)?),
            Node::Infix(infix, a, b) => self.infix(infix, of(a)?, of(b)?),
            Node::Call(Function::Where, [condition, a, b]) => {
                self.select(of(condition)?, of(a)?, of(b)?)
            }
            Node::Call(function, [a, b, _]) => {
                let b = (function.arguments() > 1).then(|| of(b)).transpose()?;
                self.call(function, of(a)?, b)
            }
        }
    }

    /// The term in a register of that kind.
    fn value(&mut self, term: Term, kind: Kind) -> Value {
        match term {
            Term::Pixels { value, .. } => self.draft.cast(value, kind),
            Term::Number(number) => {
                let parts = number.complex();
                let whole = number.whole().and_then(|value| i64::try_from(value).ok());
                let step = Step::Constant(
                    parts.re.to_bits(),
                    parts.im.to_bits(),
                    whole.unwrap_or_default(),
                );
                self.draft.push(step, kind)
            }
        }
    }

    fn pixels(&mut self, step: Step, kind: Kind, range: Option<Range>) -> Term {
        let value = self.draft.push(step, kind);
        let range = range.filter(|_| kind.is_whole());
        Term::Pixels { value, kind, range }
    }

    fn prefix(&mut self, prefix: Prefix, a: Term) -> Result<Term, String> {
        if let Term::Number(number) = a {
            return number.prefixed(prefix).map(Term::Number);
        }
        let (kind, range) = (a.kind(), a.range());
        match (prefix, range) {
            (Prefix::Plus, _) => Ok(a),
            (Prefix::Minus, range) => {
                let range = range.map(|range| range.negated().saturated(range, range));
                let kind = range.map_or(kind, |range| kind.max(range.kind()));
                let step = Step::Unary(Unary::Negate, self.value(a, kind));
                Ok(self.pixels(step, kind, range))
            }
            (Prefix::Invert, Some(range)) => {
                let range = if kind == Kind::Bool {
                    TRUTH
                } else {
                    range.inverted()
                };
                let step = Step::Unary(Unary::Invert, self.value(a, kind));
                Ok(self.pixels(step, kind, Some(range)))
            }
            (Prefix::Invert, None) => Err(format!(
                "~ needs a whole number or a comparison, not {}",
                kind.text()
            )),
        }
    }

    fn infix(&mut self, infix: Infix, a: Term, b: Term) -> Result<Term, String> {
        if let (Term::Number(a), Term::Number(b)) = (a, b) {
            return a.combined(infix, b).map(Term::Number);
        }
        let common = a.kind().max(b.kind());
        let ranges = a.range().zip(b.range());
        if infix.is_comparison() {
            if common == Kind::Complex && !matches!(infix, Infix::Equal | Infix::NotEqual) {
                return Err(format!("{} does not compare complex numbers", infix.text()));
            }
            return Ok(self.binary(Binary::Infix(infix), a, b, common, Kind::Bool, Some(TRUTH)));
        }
        let infix = match (infix, common) {
            // NumExpr's sum and product of truths are "or" and "and".
            (Infix::Add, Kind::Bool) => Infix::Or,
            (Infix::Multiply, Kind::Bool) => Infix::And,
            (infix, _) => infix,
        };
        match infix {
            Infix::And | Infix::Or | Infix::Xor => {
                let Some((x, y)) = ranges else {
                    return Err(format!(
                        "{} needs whole numbers or comparisons, not {}",
                        infix.text(),
                        common.text()
                    ));
                };
                let range = if common == Kind::Bool {
                    TRUTH
                } else {
                    x.bits(y)
                };
                Ok(self.binary(Binary::Infix(infix), a, b, common, common, Some(range)))
            }
            Infix::Divide => {
                let kind = if common.is_whole() { Kind::F64 } else { common };
                Ok(self.binary(Binary::Infix(infix), a, b, kind, kind, None))
            }
            Infix::FloorDivide | Infix::Modulo if common == Kind::Complex => Err(format!(
                "{} is not defined for complex numbers",
                infix.text()
            )),
            _ => {
                if let (Infix::Power, Term::Number(exponent)) = (infix, b)
                    && let Some(term) = self.constant_power(a, exponent)?
                {
                    return Ok(term);
                }
                let Some((x, y)) = ranges else {
                    return Ok(self.binary(Binary::Infix(infix), a, b, common, common, None));
                };
                let range = match infix {
                    Infix::Add => Some(x.added(y)),
                    Infix::Subtract => Some(x.added(y.negated())),
                    Infix::Multiply => Some(x.multiplied(y)),
                    Infix::FloorDivide => Some(x.floor_divided(y)),
                    Infix::Modulo => Some(Range::remainder(y)),
                    _ => x.power(y),
                };
                let range = range.map(|range| match common {
                    Kind::I64 => range.saturated(x, y),
                    _ => range,
                });
                let kind = range.map_or(Kind::F64, |range| common.max(range.kind()));
                Ok(self.binary(Binary::Infix(infix), a, b, kind, kind, range))
            }
        }
    }

    /// A power by a product or a root; `None` where the general rule holds.
    fn constant_power(&mut self, base: Term, exponent: Number) -> Result<Option<Term>, String> {
        let kind = base.kind();
        let Some(number) = exponent.real().filter(|_| kind != Kind::Complex) else {
            return Ok(None);
        };
        let is_power_of_whole = kind.is_whole() && exponent.whole().is_some() && number >= 0.0;
        if is_power_of_whole || (number * 2.0).fract() != 0.0 || number.abs() > PRODUCTS {
            return Ok(None);
        }
        // A float keeps its type, although the constant is of the wider one.
        let kind = if kind.is_whole() { Kind::F64 } else { kind };
        let value = self.value(base, kind);
        let step = if number.fract() == 0.0 {
            Step::Unary(Unary::Power(number as i32), value)
        } else if number == 0.5 {
            Step::Unary(Unary::Call(Function::Sqrt), value)
        } else {
            let exponent = self.value(Term::Number(exponent), kind);
            Step::Binary(Binary::Infix(Infix::Power), value, exponent)
        };
        Ok(Some(self.pixels(step, kind, None)))
    }

    fn binary(
        &mut self,
        operation: Binary,
        a: Term,
        b: Term,
        computed: Kind,
        kind: Kind,
        range: Option<Range>,
    ) -> Term {
        let (a, b) = (self.value(a, computed), self.value(b, computed));
        self.pixels(Step::Binary(operation, a, b), kind, range)
    }

    fn select(&mut self, condition: Term, a: Term, b: Term) -> Result<Term, String> {
        let value = match condition {
            Term::Number(number) => {
                return Ok(if number.complex() == num_complex::Complex::ZERO {
                    b
                } else {
                    a
                });
            }
            Term::Pixels {
                value,
                kind: Kind::Bool,
                ..
            } => value,
            Term::Pixels { kind, .. } => {
                return Err(format!(
                    "where needs a comparison first (b1 != 0), not {}",
                    kind.text()
                ));
            }
        };
        let kind = a.kind().max(b.kind());
        let range = a.range().zip(b.range()).map(|(a, b)| a.union(b));
        let step = Step::Select(value, self.value(a, kind), self.value(b, kind));
        Ok(self.pixels(step, kind, range))
    }

    fn call(&mut self, function: Function, a: Term, b: Option<Term>) -> Result<Term, String> {
        use Function as F;
        let given = match b {
            Some(b) => a.kind().max(b.kind()),
            None => a.kind(),
        };
        // NumExpr's least kind of a function that knows floats: whole numbers become `f64`, truths `f32`.
        let float = match given {
            Kind::Bool => Kind::F32,
            Kind::I32 | Kind::I64 => Kind::F64,
            kind => kind,
        };
        let double = Kind::F64.max(given);
        let (computed, kind) = match function {
            F::Copy => return Ok(a),
            F::OnesLike => return Ok(self.ones(a, given)),
            F::Round | F::Sign if matches!(given, Kind::I32 | Kind::I64) => {
                if function == F::Round {
                    return Ok(a);
                }
                let range = Some(Range::new(-1, 1));
                let step = Step::Unary(Unary::Call(F::Sign), self.value(a, given));
                return Ok(self.pixels(step, given, range));
            }
            F::Abs if given == Kind::Complex => (Kind::Complex, Kind::F64),
            F::Real | F::Imag => (Kind::Complex, Kind::F64),
            F::Complex => (Kind::F64, Kind::Complex),
            F::Conj if matches!(given, Kind::I32 | Kind::I64) => {
                return Ok(self.widened(a, Kind::F64));
            }
            F::Conj => (Kind::Complex, Kind::Complex),
            F::Isnan | F::Isinf | F::Isfinite => (double, Kind::Bool),
            F::Signbit => (double, Kind::Bool),
            F::Round
            | F::Trunc
            | F::Sign
            | F::Hypot
            | F::Nextafter
            | F::Copysign
            | F::Maximum
            | F::Minimum => (double, double),
            _ => (float, float),
        };
        let takes_complex = matches!(
            function,
            F::Abs
                | F::Arccos
                | F::Arccosh
                | F::Arcsin
                | F::Arcsinh
                | F::Arctan
                | F::Arctanh
                | F::Conj
                | F::Cos
                | F::Cosh
                | F::Exp
                | F::Expm1
                | F::Imag
                | F::Isfinite
                | F::Isinf
                | F::Isnan
                | F::Log
                | F::Log10
                | F::Log1p
                | F::Log2
                | F::Real
                | F::Sin
                | F::Sinh
                | F::Sqrt
                | F::Tan
                | F::Tanh
        );
        if given == Kind::Complex && !takes_complex {
            return Err(format!("{} does not take complex numbers", function.name()));
        }
        let x = self.value(a, computed);
        let step = match b {
            Some(b) => Step::Binary(Binary::Call(function), x, self.value(b, computed)),
            None => Step::Unary(Unary::Call(function), x),
        };
        Ok(self.pixels(step, kind, Some(TRUTH)))
    }

    fn widened(&mut self, a: Term, kind: Kind) -> Term {
        let value = self.value(a, kind);
        Term::Pixels {
            value,
            kind,
            range: None,
        }
    }

    fn ones(&mut self, a: Term, kind: Kind) -> Term {
        match a {
            Term::Number(_) => Term::Number(Number::Int(1)),
            Term::Pixels { .. } => {
                let value = self.value(Term::Number(Number::Int(1)), kind);
                let range = Some(Range::new(1, 1)).filter(|_| kind.is_whole());
                Term::Pixels { value, kind, range }
            }
        }
    }
}
