//! What an algorithm says of itself.

use super::parameters::Parameter;
use cog_raster::SampleType;
use serde_json::{Map, Value, json};

/// What there is to know of an algorithm before it runs: what `GET /algorithms/{id}` answers.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AlgorithmInfo {
    /// A few words.
    pub title: String,
    /// A sentence.
    pub description: String,
    /// Bands it takes; `None` where any number will do.
    pub input_bands: Option<u32>,
    /// Bands it makes; `None` is as many as it is given.
    pub output_bands: Option<u32>,
    /// Type of the samples it makes; `None` where that depends on those given.
    pub output_type: Option<SampleType>,
    /// Least and greatest value it makes, where that is known.
    pub output_range: Option<(f64, f64)>,
    /// What it may be told.
    pub parameters: Vec<Parameter>,
}

impl AlgorithmInfo {
    /// Of an algorithm that takes any bands and no parameters.
    #[must_use]
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            ..Self::default()
        }
    }

    /// Says how many bands it takes.
    #[must_use]
    pub const fn with_input_bands(mut self, bands: u32) -> Self {
        self.input_bands = Some(bands);
        self
    }

    /// Says how many bands it makes.
    #[must_use]
    pub const fn with_output_bands(mut self, bands: u32) -> Self {
        self.output_bands = Some(bands);
        self
    }

    /// Says of which type the samples are that it makes.
    #[must_use]
    pub const fn with_output_type(mut self, sample_type: SampleType) -> Self {
        self.output_type = Some(sample_type);
        self
    }

    /// Says between which values its results lie.
    #[must_use]
    pub const fn with_output_range(mut self, least: f64, most: f64) -> Self {
        self.output_range = Some((least, most));
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with_parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// TiTiler's JSON object: `title`, `description`, `inputs`, `outputs`, and `parameters` with the JSON schema
    /// of each.
    ///
    /// ```
    /// let info = cog_render::Algorithms::builtin().describe("slope").unwrap().to_json();
    /// assert!(info.contains(r#""dtype":"float32""#) && info.contains(r#""max":[90.0]"#));
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let end = |end: f64| match self.output_type {
            // Ends of integer types are below 2^53 for every type that has such a range.
            Some(sample_type) if sample_type.is_integer() => json!([end as i64]),
            _ => json!([end]),
        };
        let parameters: Map<String, Value> = self
            .parameters
            .iter()
            .map(|parameter| (parameter.name().to_owned(), parameter.schema()))
            .collect();
        let object = json!({
            "title": self.title,
            "description": self.description,
            "inputs": {"nbands": self.input_bands},
            "outputs": {
                "nbands": self.output_bands,
                "dtype": self.output_type.map(SampleType::name),
                "min": self.output_range.map(|(least, _)| end(least)),
                "max": self.output_range.map(|(_, most)| end(most)),
            },
            "parameters": parameters,
        });
        object.to_string()
    }
}
