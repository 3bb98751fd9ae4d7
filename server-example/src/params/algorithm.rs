//! What becomes of the pixels before they are coloured.

use super::Query;
use crate::{Error, state::Names};
use cog_render::Algorithm;
use std::sync::Arc;
use utoipa::IntoParams;

/// An algorithm and its parameters.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlgorithmParams {
    /// Name of an algorithm; see `/algorithms`.
    #[param(example = "hillshade")]
    pub(crate) algorithm: Option<String>,
    /// Its parameters, as a JSON object.
    #[param(example = r#"{"azimuth": 315}"#)]
    pub(crate) algorithm_params: Option<String>,
}

impl AlgorithmParams {
    pub(crate) fn parse(query: &Query, names: &Names) -> Result<Option<Arc<dyn Algorithm>>, Error> {
        let this = Self {
            algorithm: query.text("algorithm").map(str::to_owned),
            algorithm_params: query.text("algorithm_params").map(str::to_owned),
        };
        let Some(name) = &this.algorithm else {
            return match this.algorithm_params {
                Some(_) => Err(Error::Parameter(
                    "algorithm_params is given without an algorithm; add algorithm=".into(),
                )),
                None => Ok(None),
            };
        };
        names.algorithm(name)?;
        let parameters = this.algorithm_params.as_deref();
        // What cannot be read is another mistake than what the algorithm does not take.
        if let Some(Err(error)) = parameters.map(serde_json::from_str::<serde_json::Value>) {
            let text = format!("algorithm_params: it is no JSON: {error}");
            return Err(Error::Parameter(text));
        }
        let algorithm = names.algorithms().build(name, parameters)?;
        Ok(Some(Arc::from(algorithm)))
    }
}
