//! One after another, by what it is about.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

type Locks = HashMap<Vec<String>, Arc<tokio::sync::Mutex<()>>>;

/// Lets one at a time do what is about the same thing.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<Locks>);

/// The right to go on; given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    about: Vec<String>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until nobody else is at it.
    pub(crate) async fn of(&self, about: &[String]) -> Turn<'_> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(about.to_vec()).or_default())
        };
        Turn {
            turns: self,
            about: about.to_vec(),
            held: Some(lock.lock_owned().await),
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut locks = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody waits for it: only the table knows the lock.
        if locks
            .get(&self.about)
            .is_some_and(|lock| Arc::strong_count(lock) == 1)
        {
            locks.remove(&self.about);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_waits_for_another_and_nothing_stays_behind() {
        let turns = Turns::default();
        let (about, other) = (["a".to_owned()], ["b".to_owned()]);
        let first = turns.of(&about).await;
        let mut second = Box::pin(turns.of(&about));
        tokio::select! {
            biased;
            _ = &mut second => panic!("the first is at it"),
            _ = turns.of(&other) => {}
        }
        drop(first);
        drop(second.await);
        assert!(turns.0.lock().unwrap().is_empty());
    }
}
