//! Any text as arithmetic between rasters, as `/compute` takes it.

use super::expression::image;
use cog_render::{Error, MaskedExpression};

/// The first byte says of which type the samples of two small images are, the second which of their pixels
/// count; the rest is an expression.
///
/// # Panics
///
/// On a find.
pub fn masked(bytes: &[u8]) {
    let [sample_type, valid, text @ ..] = bytes else {
        return;
    };
    let Ok(text) = core::str::from_utf8(text) else {
        return;
    };
    let Ok(expression) = MaskedExpression::parse(text) else {
        return;
    };
    let variables = expression.variables();
    assert!(variables.is_sorted() && variables.iter().all(|number| (1..=9).contains(number)));
    let images = [
        image(*sample_type, *valid),
        image(sample_type.rotate_left(4), valid.rotate_left(3)),
    ];
    // All that it speaks of, and one at least: an expression of numbers alone is refused.
    let operands: Vec<_> = (1..=9)
        .map(|number| (number, &images[usize::from(number) % 2]))
        .collect();
    let (first, second) = (
        expression.evaluate(&operands),
        expression.evaluate(&operands),
    );
    match (first, second) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first.valid, second.valid);
            assert_eq!(first.values.len(), images[0].pixels());
            let pixels = first.values.iter().zip(&second.values).zip(&first.valid);
            for ((a, b), valid) in pixels {
                assert!(!valid || (a.is_finite() && a == b), "{a} and {b}");
            }
        }
        (Err(Error::Mismatch { message }), _) => panic!("the sizes are equal: {message}"),
        (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
        (first, second) => panic!("{first:?} and {second:?}"),
    }
    // Without its rasters it is refused, not computed.
    assert!(expression.evaluate(&[]).is_err());
}

/// Texts that reach every operator and function, over samples of all types.
pub fn masked_seeds() -> Vec<Vec<u8>> {
    const TEXTS: [&str; 12] = [
        "(v1*1.0-v2)/(v1*1.0+v2)",
        "where((v1>3)&(v2<=90)|~(v3!=4),v1**2,-v2%5)",
        "sqrt(abs(v1))+log(v2)-log10(v3)*exp(v4)",
        "sin(v1)+cos(v2)+tan(v3)+sinh(v1)+cosh(v2)+tanh(v3)",
        "arcsin(v1)+arccos(v2)+arctan(v3)+arcsinh(v1)+arccosh(v2)+arctanh(v3)",
        "setmask(v1,getmask(v2))+masked_invalid(v3/0)",
        "minimum(v1,maximum(v2,mod(v3,7)))",
        "masked_equal(masked_not_equal(v1,3),masked_where(v1<v2,v2))",
        "masked_greater(v1,9)+masked_greater_equal(v2,0x1f)+masked_less(v3,.5)+masked_less_equal(v4,1e7)",
        "masked_inside(masked_outside(v1,2,150),nan,inf)+pi*True",
        "setmask(v1,nomask)==v2",
        "((((((((((v9))))))))))",
    ];
    let types = (0..9).flat_map(|sample_type| TEXTS.map(|text| (sample_type * 17, text)));
    types
        .map(|(sample_type, text)| [&[sample_type, 0b1101_1101], text.as_bytes()].concat())
        .collect()
}
