//! Steps on registers: what [`run`](super::run) does for each block of samples.

use super::kind::Kind;
use super::syntax::{Function, Infix};
use cog_raster::Complex;
use std::collections::BTreeMap;

/// A register: one of those of its kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Slot {
    pub(super) kind: Kind,
    pub(super) index: usize,
}

/// What is done to one value. Both sides have the same kind but where the function says otherwise.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Unary {
    Negate,
    /// Of all bits, or of the truth.
    Invert,
    /// A whole power.
    Power(i32),
    Call(Function),
}

/// What is done to two values of one kind.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Binary {
    Infix(Infix),
    Call(Function),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Instruction {
    Load {
        /// Which of the bands of the program.
        band: usize,
        to: Slot,
    },
    Cast {
        from: Slot,
        to: Slot,
    },
    Unary {
        operation: Unary,
        from: Slot,
        to: Slot,
    },
    Binary {
        operation: Binary,
        a: Slot,
        b: Slot,
        to: Slot,
    },
    Select {
        condition: Slot,
        a: Slot,
        b: Slot,
        to: Slot,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    /// Registers that hold the same number throughout.
    pub(super) constants: Vec<(Slot, Complex<f64>, i64)>,
    /// Registers of each kind, in the order of the kinds.
    pub(super) registers: [usize; 6],
    /// Where the results are, all of kind `kind`.
    pub(super) outputs: Vec<Slot>,
    pub(super) kind: Kind,
}

/// A value of a [`Draft`], in the order of computing.
pub(super) type Value = usize;

/// One step, of values that come before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Step {
    Load(usize),
    /// Bits of the real part, of the imaginary part, and of a whole number.
    Constant(u64, u64, i64),
    Cast(Value),
    Unary(Unary, Value),
    Binary(Binary, Value, Value),
    Select(Value, Value, Value),
}

impl Step {
    fn uses(self) -> [Option<Value>; 3] {
        match self {
            Self::Load(_) | Self::Constant(..) => [None; 3],
            Self::Cast(a) | Self::Unary(_, a) => [Some(a), None, None],
            Self::Binary(_, a, b) => [Some(a), Some(b), None],
            Self::Select(a, b, c) => [Some(a), Some(b), Some(c)],
        }
    }
}

/// A program before its values have registers. What is computed twice is there once.
#[derive(Debug, Default)]
pub(super) struct Draft {
    steps: Vec<(Step, Kind)>,
    known: BTreeMap<(Step, Kind), Value>,
}

impl Draft {
    pub(super) fn push(&mut self, step: Step, kind: Kind) -> Value {
        *self.known.entry((step, kind)).or_insert_with(|| {
            self.steps.push((step, kind));
            self.steps.len() - 1
        })
    }

    /// The value as another kind. A band is loaded as that kind at once.
    pub(super) fn cast(&mut self, value: Value, kind: Kind) -> Value {
        match self.steps[value] {
            (_, same) if same == kind => value,
            (Step::Load(band), _) => self.push(Step::Load(band), kind),
            _ => self.push(Step::Cast(value), kind),
        }
    }

    /// Gives every value that counts a register, and the register back after its last use.
    pub(super) fn finish(self, outputs: &[Value], kind: Kind) -> Program {
        const NEVER: usize = usize::MAX;
        let steps = self.steps;
        // The step that uses a value last; 0 where none does, for no step uses anything before the second.
        let mut last = vec![0; steps.len()];
        for &output in outputs {
            last[output] = NEVER;
        }
        for at in (0..steps.len()).rev() {
            if last[at] == 0 {
                continue;
            }
            for used in steps[at].0.uses().into_iter().flatten() {
                last[used] = last[used].max(at);
            }
        }
        let mut registers = Registers::default();
        let mut slots: Vec<Option<Slot>> = vec![None; steps.len()];
        let mut constants = Vec::new();
        for (at, &(step, kind)) in steps.iter().enumerate() {
            if let (Step::Constant(re, im, whole), true) = (step, last[at] > 0) {
                let slot = registers.take(kind);
                let number = Complex::new(f64::from_bits(re), f64::from_bits(im));
                constants.push((slot, number, whole));
                slots[at] = Some(slot);
            }
        }
        let mut instructions = Vec::new();
        for (at, &(step, kind)) in steps.iter().enumerate() {
            if last[at] == 0 || matches!(step, Step::Constant(..)) {
                continue;
            }
            // Before those of the operands are given back: no step writes where it reads.
            let to = registers.take(kind);
            slots[at] = Some(to);
            let slot = |value: Value| slots[value].expect("computed before it is used");
            instructions.push(match step {
                Step::Load(band) => Instruction::Load { band, to },
                Step::Cast(from) => Instruction::Cast {
                    from: slot(from),
                    to,
                },
                Step::Unary(operation, from) => Instruction::Unary {
                    operation,
                    from: slot(from),
                    to,
                },
                Step::Binary(operation, a, b) => Instruction::Binary {
                    operation,
                    a: slot(a),
                    b: slot(b),
                    to,
                },
                Step::Select(condition, a, b) => Instruction::Select {
                    condition: slot(condition),
                    a: slot(a),
                    b: slot(b),
                    to,
                },
                Step::Constant(..) => continue,
            });
            let mut given: [Option<Value>; 3] = [None; 3];
            for (index, used) in step.uses().into_iter().enumerate() {
                let Some(used) = used else { continue };
                let constant = matches!(steps[used].0, Step::Constant(..));
                if last[used] == at && !constant && !given.contains(&Some(used)) {
                    given[index] = Some(used);
                    registers.give(slots[used].expect("computed before it is used"));
                }
            }
        }
        Program {
            instructions,
            constants,
            registers: registers.count,
            outputs: outputs
                .iter()
                .map(|&value| slots[value].expect("outputs are computed"))
                .collect(),
            kind,
        }
    }
}

#[derive(Debug, Default)]
struct Registers {
    count: [usize; 6],
    free: [Vec<usize>; 6],
}

impl Registers {
    fn take(&mut self, kind: Kind) -> Slot {
        let of_kind = kind as usize;
        let index = self.free[of_kind].pop().unwrap_or_else(|| {
            self.count[of_kind] += 1;
            self.count[of_kind] - 1
        });
        Slot { kind, index }
    }

    fn give(&mut self, slot: Slot) {
        self.free[slot.kind as usize].push(slot.index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_computed_twice_or_for_nothing_is_not() {
        let mut draft = Draft::default();
        let a = draft.push(Step::Load(0), Kind::I32);
        let again = draft.push(Step::Load(0), Kind::I32);
        assert_eq!(a, again);
        let wide = draft.cast(a, Kind::F64);
        let _unused = draft.push(Step::Unary(Unary::Negate, a), Kind::I32);
        let root = draft.push(Step::Unary(Unary::Call(Function::Sqrt), wide), Kind::F64);
        let program = draft.finish(&[root, root], Kind::F64);
        // The load as I32 is for nothing, too.
        assert_eq!(program.instructions.len(), 2);
        assert_eq!(program.registers, [0, 0, 0, 0, 2, 0]);
        assert_eq!(program.outputs[0], program.outputs[1]);
    }

    #[test]
    fn a_long_sum_takes_few_registers() {
        let mut draft = Draft::default();
        let mut sum = draft.push(Step::Load(0), Kind::F32);
        for band in 1..500 {
            let next = draft.push(Step::Load(band), Kind::F32);
            sum = draft.push(
                Step::Binary(Binary::Infix(Infix::Add), sum, next),
                Kind::F32,
            );
        }
        let program = draft.finish(&[sum], Kind::F32);
        assert_eq!(program.registers, [0, 0, 0, 3, 0, 0]);
    }
}
