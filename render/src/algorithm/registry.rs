//! Algorithms by their names.

use super::builtin;
use super::definition::Algorithm;
use super::info::AlgorithmInfo;
use super::parameters::Parameters;
use crate::Error;
use core::fmt;
use std::sync::Arc;

/// From parameters to what runs.
pub(super) type Build = Arc<dyn Fn(&Parameters) -> Result<Box<dyn Algorithm>, Error> + Send + Sync>;

/// The algorithms that can be asked for by name.
///
/// ```
/// use cog_render::{Algorithm, AlgorithmInfo, Algorithms, Error, Image, Parameter};
///
/// /// Gives back what it is given, `times` over as it were.
/// #[derive(Debug)]
/// struct Patient(i32);
///
/// impl Algorithm for Patient {
///     fn apply(&self, image: &Image) -> Result<Image, Error> {
///         Ok((0..self.0).fold(image.clone(), |image, _| image))
///     }
/// }
///
/// let mut algorithms = Algorithms::builtin();
/// let info = AlgorithmInfo::new("Patient", "Waits.")
///     .with_parameter(Parameter::integer("times", 1).within(0.0, 9.0));
/// algorithms.register("patient", info, |parameters| {
///     Ok(Box::new(Patient(parameters.integer("times"))))
/// });
///
/// assert!(algorithms.build("patient", Some(r#"{"times": 3}"#)).is_ok());
/// assert!(algorithms.build("patient", Some(r#"{"times": 30}"#)).is_err());
/// assert_eq!(algorithms.names().count(), 19);
/// ```
#[derive(Clone)]
pub struct Algorithms {
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    name: String,
    info: AlgorithmInfo,
    build: Build,
}

impl Algorithms {
    /// TiTiler's 18: `hillshade`, `slope`, `contours`, `normalizedIndex`, `terrarium`, `terrainrgb`, `cast`, `ceil`,
    /// `floor`, `min`, `max`, `median`, `mean`, `std`, `var`, `sum`, `grayscale`, `bitonal`.
    #[must_use]
    pub fn builtin() -> Self {
        let mut this = Self {
            entries: Vec::new(),
        };
        for (name, info, build) in builtin::all() {
            this.entries.push(Entry {
                name: name.to_owned(),
                info,
                build,
            });
        }
        this
    }

    /// Adds an algorithm, in place of the one that had the name, which is given back. `build` is handed parameters
    /// that `info` allows.
    pub fn register(
        &mut self,
        name: impl Into<String>,
        info: AlgorithmInfo,
        build: impl Fn(&Parameters) -> Result<Box<dyn Algorithm>, Error> + Send + Sync + 'static,
    ) -> Option<AlgorithmInfo> {
        let entry = Entry {
            name: name.into(),
            info,
            build: Arc::new(build),
        };
        match self.entries.iter_mut().find(|e| e.name == entry.name) {
            Some(known) => Some(core::mem::replace(known, entry).info),
            None => {
                self.entries.push(entry);
                None
            }
        }
    }

    /// The names, in the order of registration, TiTiler's first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| &*entry.name)
    }

    /// What is known of an algorithm; `None` where there is none of that name.
    #[must_use]
    pub fn describe(&self, name: &str) -> Option<&AlgorithmInfo> {
        self.entry(name).map(|entry| &entry.info)
    }

    /// An algorithm, told its parameters by a JSON object (TiTiler's `algorithm_params`).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] for `algorithm` if there is none of that name, for `algorithm_params` if the
    /// text is no JSON object, or a parameter is unknown, of another type or out of its range.
    pub fn build(&self, name: &str, parameters: Option<&str>) -> Result<Box<dyn Algorithm>, Error> {
        let entry = self.entry(name).ok_or_else(|| {
            let names: Vec<&str> = self.names().collect();
            let names = names.join(", ");
            Error::parameter("algorithm", format!("{name:?} is none of {names}"))
        })?;
        let parameters = Parameters::read(&entry.info.parameters, parameters)?;
        (entry.build)(&parameters)
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

impl Default for Algorithms {
    fn default() -> Self {
        Self::builtin()
    }
}

impl fmt::Debug for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
