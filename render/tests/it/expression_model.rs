//! Expressions against a tree that is walked pixel by pixel, with whole numbers that are never too large.

use crate::expressions::image;
use cog_raster::{Mask, RasterMask, SampleType, Samples};
use cog_render::Expression;
use core::fmt::{self, Display};
use proptest::prelude::*;

/// More than a block of samples, and no multiple of one.
const PIXELS: usize = 1100;

#[derive(Clone, Debug)]
enum Tree {
    Band(usize),
    Whole(i32),
    Decimal(f64),
    Minus(Box<Self>),
    Pair(&'static str, Box<Self>, Box<Self>),
    Power(Box<Self>, u32),
    Call(&'static str, Box<Self>),
    Where(&'static str, Box<[Self; 4]>),
}

impl Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Band(band) => write!(f, "b{}", band + 1),
            Self::Whole(value) => write!(f, "{value}"),
            Self::Decimal(value) => write!(f, "{value:?}"),
            Self::Minus(a) => write!(f, "-({a})"),
            Self::Pair(operator, a, b) => write!(f, "({a}){operator}({b})"),
            Self::Power(a, exponent) => write!(f, "({a})**{exponent}"),
            Self::Call(name, a) => write!(f, "{name}({a})"),
            Self::Where(operator, parts) => {
                let [a, b, c, d] = &**parts;
                write!(f, "where(({a}){operator}({b}),{c},{d})")
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Value {
    Whole(i128),
    Decimal(f64),
}

impl Value {
    fn real(self) -> f64 {
        match self {
            Self::Whole(value) => value as f64,
            Self::Decimal(value) => value,
        }
    }
}

/// The value at a pixel, and the greatest whole number on the way. `None` where that does not fit 127 bits.
fn walk(tree: &Tree, bands: &[Value], most: &mut i128) -> Option<Value> {
    use Value::{Decimal, Whole};
    let value = match tree {
        Tree::Band(band) => bands[*band],
        Tree::Whole(value) => Whole(i128::from(*value)),
        Tree::Decimal(value) => Decimal(*value),
        Tree::Minus(a) => match walk(a, bands, most)? {
            Whole(a) => Whole(-a),
            Decimal(a) => Decimal(-a),
        },
        Tree::Power(a, exponent) => match walk(a, bands, most)? {
            Whole(a) => Whole(a.checked_pow(*exponent)?),
            Decimal(a) => Decimal(a.powi(exponent.cast_signed())),
        },
        Tree::Call(name, a) => {
            let a = walk(a, bands, most)?.real();
            Decimal(match *name {
                "sqrt" => a.sqrt(),
                "abs" => a.abs(),
                _ => a.floor(),
            })
        }
        Tree::Where(operator, parts) => {
            let [a, b, c, d] = &**parts;
            // NumExpr decides what is known before any pixel is, and forgets the other branch.
            let is_known = is_constant(a) && is_constant(b);
            // Both are computed, as either may decide of the type.
            let (a, b) = (walk(a, bands, most)?, walk(b, bands, most)?);
            let (c, d) = (walk(c, bands, most)?, walk(d, bands, most)?);
            let holds = match (a, b, *operator) {
                (Whole(a), Whole(b), "<") => a < b,
                (Whole(a), Whole(b), _) => a == b,
                (a, b, "<") => a.real() < b.real(),
                (a, b, _) => a.real() == b.real(),
            };
            let chosen = if holds { c } else { d };
            match (c, d) {
                _ if is_known => chosen,
                (Whole(_), Whole(_)) => chosen,
                _ => Decimal(chosen.real()),
            }
        }
        Tree::Pair(operator, a, b) => {
            let (a, b) = (walk(a, bands, most)?, walk(b, bands, most)?);
            match (a, b) {
                (Whole(a), Whole(b)) if *operator != "/" => Whole(match *operator {
                    "+" => a.checked_add(b)?,
                    "-" => a.checked_sub(b)?,
                    "*" => a.checked_mul(b)?,
                    // 0 or nothing, as the type happens to be.
                    _ if b == 0 => return None,
                    "//" => a.div_euclid(b) - i128::from(b < 0 && a.rem_euclid(b) != 0),
                    _ => (a % b + b) % b,
                }),
                (a, b) => {
                    let (a, b) = (a.real(), b.real());
                    Decimal(match *operator {
                        "+" => a + b,
                        "-" => a - b,
                        "*" => a * b,
                        "/" => a / b,
                        "//" => (a / b).floor(),
                        // As Python defines it.
                        _ if (a % b).signum() == b.signum() || a % b == 0.0 => a % b,
                        _ => a % b + b,
                    })
                }
            }
        }
    };
    *most = match (tree, value) {
        (_, Whole(value)) => (*most).max(value.abs()),
        // A product of several factors is rounded in the order that each side takes.
        (Tree::Power(..), Decimal(value)) => (*most).max(value.abs() as i128),
        _ => *most,
    };
    Some(value)
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        4 => (0usize..3).prop_map(Tree::Band),
        2 => (-9i32..90_000).prop_map(Tree::Whole),
        1 => (-400i32..400).prop_map(|quarters| Tree::Decimal(f64::from(quarters) / 4.0)),
    ];
    leaf.prop_recursive(4, 24, 4, |tree| {
        let pair = prop::sample::select(vec!["+", "-", "*", "/", "//", "%"]);
        let boxed = || tree.clone().prop_map(Box::new);
        prop_oneof![
            1 => boxed().prop_map(Tree::Minus),
            6 => (pair, boxed(), boxed()).prop_map(|(o, a, b)| Tree::Pair(o, a, b)),
            1 => (boxed(), 0u32..5).prop_map(|(a, exponent)| Tree::Power(a, exponent)),
            1 => (prop::sample::select(vec!["sqrt", "abs", "floor"]), boxed())
                .prop_map(|(name, a)| Tree::Call(name, a)),
            1 => (prop::sample::select(vec!["<", "=="]), prop::array::uniform4(tree.clone()))
                .prop_map(|(o, parts)| Tree::Where(o, Box::new(parts))),
        ]
    })
}

/// Three bands of numbers all over the type.
fn samples(sample_type: SampleType, seed: u64) -> Samples {
    let mut state = seed | 1;
    let (least, most) = match sample_type {
        SampleType::F64 => (-1000.0, 1000.0),
        other => other.range(),
    };
    let values = (0..3 * PIXELS).map(|at| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let share = (state >> 40) as f64 / (1u64 << 24) as f64;
        match at % 97 {
            0 => 0.0,
            1 => least,
            2 => most,
            _ => (least + (most - least) * share).round(),
        }
    });
    macro_rules! of {
        ($($variant:ident),*) => {
            match sample_type {
                $(SampleType::$variant => {
                    Samples::$variant(values.map(cog_raster::Sample::from_f64).collect())
                })*
                other => panic!("{other}"),
            }
        };
    }
    of!(U8, I16, U16, I32, U32, F64)
}

/// There is no band in it.
fn is_constant(tree: &Tree) -> bool {
    match tree {
        Tree::Band(_) => false,
        Tree::Whole(_) | Tree::Decimal(_) => true,
        Tree::Minus(a) | Tree::Power(a, _) | Tree::Call(_, a) => is_constant(a),
        Tree::Where(_, parts) => parts.iter().all(is_constant),
        Tree::Pair(_, a, b) => is_constant(a) && is_constant(b),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn blocks_of_registers_are_trees_of_pixels(
        tree in trees(),
        seed in any::<u64>(),
        sample_type in prop::sample::select(vec![
            SampleType::U8, SampleType::I16, SampleType::U16, SampleType::I32, SampleType::U32, SampleType::F64,
        ]),
    ) {
        let samples = samples(sample_type, seed);
        let mask: Vec<u8> = (0..PIXELS).map(|at| u8::from((at * 7 + 3) % 11 > 1) * 255).collect();
        let mask = Mask::new(1, PIXELS as u32, mask).unwrap();
        let image = image(3, 1, samples, RasterMask::PerDataset(mask));
        // A band at least; and a sign before a constant is part of the tree.
        let text = format!("{tree};b1");
        let expression = match Expression::parse(&text) {
            Ok(expression) => expression,
            // Constants that Python does not compute, or that have more than 127 bits.
            Err(error) => return Err(TestCaseError::fail(format!("{text}: {error}"))),
        };
        let Ok(result) = expression.apply(&image) else {
            // A division of constants by 0 only.
            prop_assert!(text.contains('/') || text.contains('%') || text.contains("**"), "{}", text);
            return Ok(());
        };
        for at in 0..PIXELS {
            let column = at as u32;
            let ours = result.value(0, 0, column);
            let value = |band: usize| {
                let value = image.samples().value(band * PIXELS + at).unwrap();
                if sample_type.is_integer() { Value::Whole(value as i128) } else { Value::Decimal(value) }
            };
            let mut most = 0;
            let Some(theirs) = walk(&tree, &[value(0), value(1), value(2)], &mut most) else {
                continue;
            };
            if image.value(0, 0, column).is_none() {
                prop_assert_eq!(ours, None);
                continue;
            }
            // Beyond, either side has rounded.
            if most >= 1 << 53 {
                continue;
            }
            match (theirs, ours) {
                (Value::Whole(theirs), Some(ours)) if result.sample_type().is_integer() => {
                    prop_assert_eq!(theirs as f64, ours, "{} of {}", &text, sample_type);
                }
                (theirs, Some(ours)) => {
                    let theirs = theirs.real();
                    let near = (theirs - ours).abs() <= 1e-9 * theirs.abs().max(1e-9);
                    prop_assert!(near, "{} of {}: {} {}", text, sample_type, theirs, ours);
                }
                (Value::Whole(theirs), None) => prop_assert!(false, "{} {}", text, theirs),
                (Value::Decimal(theirs), None) => prop_assert!(!theirs.is_finite(), "{} {}", text, theirs),
            }
        }
    }
}
