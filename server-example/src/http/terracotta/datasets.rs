//! Which datasets there are.

use super::{Refusal, catalog_of};
use crate::{
    http::{Answer, Incoming},
    params::DatasetsParams,
    state::ServerState,
};
use axum::{extract::State, response::Response};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The keys of all datasets that match.
///
/// `KEY=value` is one value of a key, `KEY=[a,b]` one of several; different keys have to match together.
/// Beyond Terracotta, for every key: `KEY__prefix=` what values begin with, `KEY__gte=` and `KEY__lte=`
/// the least and the greatest, in the order of their bytes. A key whose own name is that of a parameter
/// comes first.
#[utoipa::path(
    get, path = "/datasets", tag = "Terracotta",
    params(DatasetsParams),
    responses(
        (status = 200, description = "Keys of a page of datasets; `total` only with `count`", body = Object, content_type = "application/json"),
        super::document::ListingFails,
    )
)]
pub(in crate::http) async fn datasets(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let catalog = catalog_of(&state)?;
    let query = DatasetsParams::parse(&incoming.query, catalog.keys())?;
    let page = catalog.datasets(&query).await?;
    let datasets: Vec<Value> = page
        .datasets
        .iter()
        .map(|dataset| named(catalog.keys(), &dataset.values))
        .collect();
    let mut body = json!({ "datasets": datasets, "limit": query.limit, "page": query.page });
    if let (Some(total), Some(body)) = (page.total, body.as_object_mut()) {
        body.insert("total".into(), total.into());
    }
    Ok(Answer::to(&incoming, 0).json(&body))
}

/// Values by the names of their keys.
pub(super) fn named(keys: &catalog::Keys, values: &[String]) -> Value {
    let pairs = keys.names().zip(values);
    let object: Map<String, Value> = pairs
        .map(|(name, value)| (name.to_owned(), Value::from(value.as_str())))
        .collect();
    Value::Object(object)
}
