//! What tile-math promises.

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod cover;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod geotiff;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod pyramid;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tilematrixsets;
#[cfg(test)]
mod transforms;
