//! Terracotta's parameters.

mod datasets;

pub(crate) use datasets::DatasetsParams;
