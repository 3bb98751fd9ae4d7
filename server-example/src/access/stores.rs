//! How object stores are reached.

/// Settings of object stores by their names there (`aws_endpoint`, `aws_access_key_id` …). They count more
/// than the environment's, and are not shown.
#[derive(Clone, Default)]
pub struct StoreConfig(Vec<(&'static str, String)>);

impl StoreConfig {
    /// These settings.
    #[must_use]
    pub const fn new(settings: Vec<(&'static str, String)>) -> Self {
        Self(settings)
    }

    pub(crate) fn settings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl core::fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}
