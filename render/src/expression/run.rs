//! A program over samples, block by block.

use super::kernel;
use super::kind::Kind;
use super::program::{Binary, Instruction, Program, Slot, Unary};
use super::syntax::{Function, Infix};
use cog_raster::Samples;
use core::ops::Range;
use num_complex::Complex;

/// Samples in a block: the registers of an ordinary expression stay in the first cache.
pub(super) const BLOCK: usize = 1024;

/// `to[k] = f(a[k])`.
pub(super) fn each<A: Copy, T>(a: &[A], to: &mut [T], f: impl Fn(A) -> T) {
    for (to, &a) in to.iter_mut().zip(a) {
        *to = f(a);
    }
}

/// `to[k] = f(a[k], b[k])`.
pub(super) fn pairs<A: Copy, B: Copy, T>(a: &[A], b: &[B], to: &mut [T], f: impl Fn(A, B) -> T) {
    for ((to, &a), &b) in to.iter_mut().zip(a).zip(b) {
        *to = f(a, b);
    }
}

/// Registers of one kind.
type Bank<T> = Vec<Vec<T>>;

/// The registers of a program.
#[derive(Debug)]
pub(super) struct Machine {
    truths: Bank<u8>,
    ints: Bank<i32>,
    longs: Bank<i64>,
    floats: Bank<f32>,
    doubles: Bank<f64>,
    complexes: Bank<Complex<f64>>,
}

/// What a register holds.
pub(super) trait Element: Copy + Default {
    fn bank(machine: &Machine) -> &Bank<Self>;
    fn bank_mut(machine: &mut Machine) -> &mut Bank<Self>;
}

macro_rules! element {
    ($type:ty, $bank:ident) => {
        impl Element for $type {
            fn bank(machine: &Machine) -> &Bank<Self> {
                &machine.$bank
            }

            fn bank_mut(machine: &mut Machine) -> &mut Bank<Self> {
                &mut machine.$bank
            }
        }
    };
}

element!(u8, truths);
element!(i32, ints);
element!(i64, longs);
element!(f32, floats);
element!(f64, doubles);
element!(Complex<f64>, complexes);

/// Runs an expression with the element type of a kind.
macro_rules! with_kind {
    ($kind:expr, $type:ident => $body:expr) => {
        match $kind {
            Kind::Bool => {
                type $type = u8;
                $body
            }
            Kind::I32 => {
                type $type = i32;
                $body
            }
            Kind::I64 => {
                type $type = i64;
                $body
            }
            Kind::F32 => {
                type $type = f32;
                $body
            }
            Kind::F64 => {
                type $type = f64;
                $body
            }
            Kind::Complex => {
                type $type = Complex<f64>;
                $body
            }
        }
    };
}
pub(super) use with_kind;

/// Samples of bands that lie in one buffer, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'a> {
    pub(super) samples: &'a Samples,
    /// Where the bands that the program loads start.
    pub(super) starts: &'a [usize],
}

impl Machine {
    pub(super) fn new(program: &Program) -> Self {
        fn bank<T: Element>(program: &Program, kind: Kind) -> Bank<T> {
            vec![vec![T::default(); BLOCK]; program.registers[kind as usize]]
        }
        let mut this = Self {
            truths: bank(program, Kind::Bool),
            ints: bank(program, Kind::I32),
            longs: bank(program, Kind::I64),
            floats: bank(program, Kind::F32),
            doubles: bank(program, Kind::F64),
            complexes: bank(program, Kind::Complex),
        };
        for &(Slot { kind, index }, number, whole) in &program.constants {
            match kind {
                Kind::Bool => this.truths[index].fill(u8::from(whole != 0)),
                // Constants fit the kind that they are given.
                Kind::I32 => this.ints[index].fill(whole as i32),
                Kind::I64 => this.longs[index].fill(whole),
                Kind::F32 => this.floats[index].fill(number.re as f32),
                Kind::F64 => this.doubles[index].fill(number.re),
                Kind::Complex => this.complexes[index].fill(number),
            }
        }
        this
    }

    /// What is in a register.
    pub(super) fn register<T: Element>(&self, slot: Slot) -> &[T] {
        &T::bank(self)[slot.index]
    }

    /// Runs the program for the samples at `at` of each band, at most [`BLOCK`] of them.
    pub(super) fn run(&mut self, program: &Program, inputs: Inputs<'_>, at: Range<usize>) {
        for instruction in &program.instructions {
            match *instruction {
                Instruction::Load { band, to } => {
                    let start = inputs.starts[band];
                    self.load(inputs.samples, start + at.start..start + at.end, to);
                }
                Instruction::Cast { from, to } => self.cast(from, to, at.len()),
                Instruction::Unary {
                    operation,
                    from,
                    to,
                } => self.unary(operation, from, to, at.len()),
                Instruction::Binary {
                    operation,
                    a,
                    b,
                    to,
                } => match operation {
                    Binary::Infix(infix) => self.infix(infix, a, b, to, at.len()),
                    Binary::Call(function) => self.call_two(function, a, b, to, at.len()),
                },
                Instruction::Select {
                    condition,
                    a,
                    b,
                    to,
                } => with_kind!(to.kind, T => {
                    self.write(to, at.len(), |this, to: &mut [T]| {
                        let condition: &[u8] = this.register(condition);
                        let chosen = this.register::<T>(a).iter().zip(this.register::<T>(b));
                        for ((to, &condition), (&a, &b)) in to.iter_mut().zip(condition).zip(chosen) {
                            *to = if condition != 0 { a } else { b };
                        }
                    });
                }),
            }
        }
    }

    /// Lets `f` fill a register from the others.
    fn write<T: Element>(&mut self, to: Slot, len: usize, f: impl FnOnce(&Self, &mut [T])) {
        let mut register = core::mem::take(&mut T::bank_mut(self)[to.index]);
        f(self, &mut register[..len]);
        T::bank_mut(self)[to.index] = register;
    }

    fn map<A: Element, T: Element>(
        &mut self,
        from: Slot,
        to: Slot,
        len: usize,
        f: impl FnOnce(&[A], &mut [T]),
    ) {
        self.write(to, len, |this, to| f(&this.register(from)[..to.len()], to));
    }

    fn zip<A: Element, T: Element>(
        &mut self,
        (a, b): (Slot, Slot),
        to: Slot,
        len: usize,
        f: impl FnOnce(&[A], &[A], &mut [T]),
    ) {
        self.write(to, len, |this, to| {
            f(
                &this.register(a)[..to.len()],
                &this.register(b)[..to.len()],
                to,
            );
        });
    }

    fn load(&mut self, samples: &Samples, at: Range<usize>, to: Slot) {
        let len = at.len();
        /// One arm for each kind that samples of a type are loaded as.
        macro_rules! real {
            ($buffer:expr, $convert:expr) => {{
                let buffer = &$buffer[at];
                match to.kind {
                    Kind::F32 => self.write(to, len, |_, to: &mut [f32]| {
                        each(buffer, to, |v| $convert(v) as f32);
                    }),
                    Kind::Complex => self.write(to, len, |_, to: &mut [Complex<f64>]| {
                        each(buffer, to, |v| Complex::new($convert(v) as f64, 0.0));
                    }),
                    _ => self.write(to, len, |_, to: &mut [f64]| {
                        each(buffer, to, |v| $convert(v) as f64);
                    }),
                }
            }};
        }
        macro_rules! whole {
            ($buffer:expr) => {
                match to.kind {
                    Kind::I32 => self.write(to, len, |_, to: &mut [i32]| {
                        each(&$buffer[at], to, |v| v as i32);
                    }),
                    Kind::I64 => self.write(to, len, |_, to: &mut [i64]| {
                        each(&$buffer[at], to, |v| v as i64);
                    }),
                    _ => real!($buffer, |v| v),
                }
            };
        }
        macro_rules! complex {
            ($buffer:expr) => {
                self.write(to, len, |_, to: &mut [Complex<f64>]| {
                    each(&$buffer[at], to, |v| {
                        Complex::new(f64::from(v.re), f64::from(v.im))
                    });
                })
            };
        }
        match samples {
            Samples::U8(v) => whole!(v),
            Samples::I8(v) => whole!(v),
            Samples::U16(v) => whole!(v),
            Samples::I16(v) => whole!(v),
            Samples::U32(v) => whole!(v),
            Samples::I32(v) => whole!(v),
            Samples::U64(v) => whole!(v),
            Samples::I64(v) => whole!(v),
            Samples::F16(v) => real!(v, |v: cog_raster::f16| v.to_f32()),
            Samples::F32(v) => real!(v, |v| v),
            Samples::F64(v) => real!(v, |v| v),
            Samples::ComplexI16(v) => complex!(v),
            Samples::ComplexI32(v) => complex!(v),
            Samples::ComplexF32(v) => complex!(v),
            Samples::ComplexF64(v) => complex!(v),
        }
    }

    /// To a wider kind; kinds never get narrower.
    fn cast(&mut self, from: Slot, to: Slot, len: usize) {
        macro_rules! cast {
            ($from:ty) => {
                match to.kind {
                    Kind::I32 => self.map(from, to, len, |a: &[$from], to: &mut [i32]| {
                        each(a, to, |v| v as i32);
                    }),
                    Kind::I64 => self.map(from, to, len, |a: &[$from], to: &mut [i64]| {
                        each(a, to, |v| v as i64);
                    }),
                    Kind::F32 => self.map(from, to, len, |a: &[$from], to: &mut [f32]| {
                        each(a, to, |v| v as f32);
                    }),
                    Kind::F64 => self.map(from, to, len, |a: &[$from], to: &mut [f64]| {
                        each(a, to, |v| v as f64);
                    }),
                    _ => self.map(from, to, len, |a: &[$from], to: &mut [Complex<f64>]| {
                        each(a, to, |v| Complex::new(v as f64, 0.0));
                    }),
                }
            };
        }
        match from.kind {
            Kind::Bool => cast!(u8),
            Kind::I32 => cast!(i32),
            Kind::I64 => cast!(i64),
            Kind::F32 => cast!(f32),
            _ => cast!(f64),
        }
    }

    fn unary(&mut self, operation: Unary, from: Slot, to: Slot, len: usize) {
        match operation {
            Unary::Negate => match from.kind {
                Kind::Bool => unreachable!("a truth is negated as a whole number"),
                Kind::I32 => self.map(from, to, len, |a, to| each(a, to, i32::saturating_neg)),
                Kind::I64 => self.map(from, to, len, |a, to| each(a, to, i64::saturating_neg)),
                Kind::F32 => self.map(from, to, len, |a, to| each(a, to, |a: f32| -a)),
                Kind::F64 => self.map(from, to, len, |a, to| each(a, to, |a: f64| -a)),
                Kind::Complex => {
                    self.map(from, to, len, |a, to| each(a, to, |a: Complex<f64>| -a));
                }
            },
            Unary::Invert => match from.kind {
                Kind::Bool => self.map(from, to, len, |a, to| each(a, to, |a: u8| a ^ 1)),
                Kind::I32 => self.map(from, to, len, |a, to| each(a, to, |a: i32| !a)),
                Kind::I64 => self.map(from, to, len, |a, to| each(a, to, |a: i64| !a)),
                _ => unreachable!("bits are of whole numbers"),
            },
            Unary::Power(2) if from.kind == Kind::F32 => {
                self.map(from, to, len, |a, to| each(a, to, |a: f32| a * a));
            }
            Unary::Power(2) => self.map(from, to, len, |a, to| each(a, to, |a: f64| a * a)),
            Unary::Power(n) if from.kind == Kind::F32 => {
                self.map(from, to, len, |a, to| each(a, to, |a: f32| a.powi(n)));
            }
            Unary::Power(n) => self.map(from, to, len, |a, to| each(a, to, |a: f64| a.powi(n))),
            Unary::Call(function) => self.call(function, from, to, len),
        }
    }

    fn call(&mut self, function: Function, from: Slot, to: Slot, len: usize) {
        match (from.kind, to.kind) {
            (Kind::F32, Kind::F32) => self.map(from, to, len, kernel::call_f32(function)),
            (Kind::F64, Kind::F64) => self.map(from, to, len, kernel::call_f64(function)),
            (Kind::F64, Kind::Bool) => self.map(from, to, len, |a: &[f64], to: &mut [u8]| {
                each(a, to, |a| u8::from(is(function, a)));
            }),
            (Kind::Complex, Kind::Bool) => {
                self.map(from, to, len, |a: &[Complex<f64>], to: &mut [u8]| {
                    each(a, to, |a| {
                        let parts = (is(function, a.re), is(function, a.im));
                        // Finite in both parts, or not so in one.
                        u8::from(match function {
                            Function::Isfinite => parts.0 && parts.1,
                            _ => parts.0 || parts.1,
                        })
                    });
                });
            }
            (Kind::Complex, Kind::Complex) => {
                self.map(from, to, len, |a: &[Complex<f64>], to: &mut [_]| {
                    each(a, to, |a| kernel::call_complex(function, a));
                });
            }
            (Kind::Complex, _) => self.map(from, to, len, |a: &[Complex<f64>], to: &mut [f64]| {
                each(a, to, |a| kernel::real_of_complex(function, a));
            }),
            (Kind::I64, _) => self.map(from, to, len, |a, to| each(a, to, i64::signum)),
            _ => self.map(from, to, len, |a, to| each(a, to, i32::signum)),
        }
    }

    fn call_two(&mut self, function: Function, a: Slot, b: Slot, to: Slot, len: usize) {
        match (a.kind, to.kind) {
            (Kind::F32, _) => self.zip((a, b), to, len, kernel::call_two_f32(function)),
            (_, Kind::Complex) => {
                self.zip((a, b), to, len, |a: &[f64], b, to: &mut [Complex<f64>]| {
                    pairs(a, b, to, Complex::new);
                });
            }
            _ => self.zip((a, b), to, len, kernel::call_two_f64(function)),
        }
    }

    fn infix(&mut self, infix: Infix, a: Slot, b: Slot, to: Slot, len: usize) {
        if infix.is_comparison() {
            return match a.kind {
                Kind::Complex => {
                    let equal = infix == Infix::Equal;
                    self.zip((a, b), to, len, |a: &[Complex<f64>], b, to: &mut [u8]| {
                        pairs(a, b, to, |a, b| u8::from((a == b) == equal));
                    });
                }
                Kind::Bool => self.zip((a, b), to, len, comparison::<u8>(infix)),
                Kind::I32 => self.zip((a, b), to, len, comparison::<i32>(infix)),
                Kind::I64 => self.zip((a, b), to, len, comparison::<i64>(infix)),
                Kind::F32 => self.zip((a, b), to, len, comparison::<f32>(infix)),
                Kind::F64 => self.zip((a, b), to, len, comparison::<f64>(infix)),
            };
        }
        match to.kind {
            Kind::Bool => self.zip((a, b), to, len, |a: &[u8], b, to: &mut [u8]| match infix {
                Infix::And => pairs(a, b, to, |a, b| a & b),
                Infix::Or => pairs(a, b, to, |a, b| a | b),
                Infix::Xor => pairs(a, b, to, |a, b| a ^ b),
                _ => unreachable!("truths are counted as whole numbers"),
            }),
            Kind::I32 => self.zip((a, b), to, len, kernel::infix_i32(infix)),
            Kind::I64 => self.zip((a, b), to, len, kernel::infix_i64(infix)),
            Kind::F32 => self.zip((a, b), to, len, kernel::infix_f32(infix)),
            Kind::F64 => self.zip((a, b), to, len, kernel::infix_f64(infix)),
            Kind::Complex => self.zip((a, b), to, len, |a: &[Complex<f64>], b, to: &mut [_]| {
                pairs(a, b, to, |a, b| kernel::infix_complex(infix, a, b));
            }),
        }
    }
}

fn is(function: Function, a: f64) -> bool {
    match function {
        Function::Isnan => a.is_nan(),
        Function::Isinf => a.is_infinite(),
        Function::Isfinite => a.is_finite(),
        // What is no number has no sign here.
        _ => a.is_sign_negative() && !a.is_nan(),
    }
}

fn comparison<T: Copy + PartialOrd>(infix: Infix) -> fn(&[T], &[T], &mut [u8]) {
    match infix {
        Infix::Equal => |a, b, to| pairs(a, b, to, |a, b| u8::from(a == b)),
        Infix::NotEqual => |a, b, to| pairs(a, b, to, |a, b| u8::from(a != b)),
        Infix::Less => |a, b, to| pairs(a, b, to, |a, b| u8::from(a < b)),
        Infix::LessEqual => |a, b, to| pairs(a, b, to, |a, b| u8::from(a <= b)),
        Infix::Greater => |a, b, to| pairs(a, b, to, |a, b| u8::from(a > b)),
        _ => |a, b, to| pairs(a, b, to, |a, b| u8::from(a >= b)),
    }
}
