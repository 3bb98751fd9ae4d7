//! One request for all who want the same bytes at the same time.

use crate::Error;
use cog_raster::{BoxFuture, MaybeSend, MaybeSync};
use core::hash::Hash;
use core::sync::atomic::{AtomicU64, Ordering};
use futures_util::future::{FutureExt, Shared, WeakShared, join_all};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is being loaded, by key.
///
/// A load is a future that everybody who waits for one of its keys polls: when
/// one of them goes away, whoever started it included, the others carry it on;
/// when the last one goes, it is dropped with its requests. Nothing is kept
/// here: the load itself puts what it got into a cache before it ends.
///
/// # Invariants
///
/// - a load is under way for a key only as long as somebody holds it;
/// - no handle on a load is dropped while the lock is held, since the last one
///   takes the lock to strike its keys off.
pub(crate) struct Flights<K, V> {
    state: Mutex<State<K, V>>,
    joined: AtomicU64,
}

struct State<K, V> {
    under_way: HashMap<K, Seat<V>>,
    started: u64,
}

/// A key's place in a load.
struct Seat<V> {
    load: WeakShared<BoxFuture<'static, Landed<V>>>,
    /// Number of the load.
    number: u64,
    /// Place among the values that the load delivers.
    at: usize,
}

/// Values in the order of the load's keys.
type Landed<V> = Result<Arc<[V]>, Error>;

type Load<V> = Shared<BoxFuture<'static, Landed<V>>>;

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                under_way: HashMap::new(),
                started: 0,
            }),
            joined: AtomicU64::new(0),
        }
    }
}

impl<K, V> core::fmt::Debug for Flights<K, V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Flights")
            .field("under_way", &self.lock().under_way.len())
            .finish()
    }
}

impl<K, V> Flights<K, V> {
    /// Keys that are being loaded.
    pub(crate) fn under_way(&self) -> usize {
        self.lock().under_way.len()
    }

    /// Keys that were wanted while somebody else was loading them already, since the beginning.
    pub(crate) fn joined(&self) -> u64 {
        self.joined.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        // Whole between statements; a panic elsewhere leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + MaybeSend + MaybeSync + 'static,
    V: Clone + MaybeSend + MaybeSync + 'static,
{
    /// The values of `keys`, which differ from each other: kept ones, ones that
    /// others are loading, and, all in one load, the rest.
    ///
    /// `kept` and `start` are given places in `keys`. What it loads it must have
    /// put where `kept` finds it before it ends, so that there is no moment in
    /// which a key is neither.
    ///
    /// # Errors
    ///
    /// What the load says. If somebody else's load failed not because of its
    /// source but because of the keys that were loaded along, these keys are
    /// loaded again by themselves.
    pub(crate) async fn load(
        self: &Arc<Self>,
        keys: &[K],
        kept: impl Fn(usize) -> Option<V>,
        start: impl Fn(Vec<usize>) -> BoxFuture<'static, Result<Vec<V>, Error>>,
    ) -> Result<Vec<V>, Error> {
        let mut values: Vec<Option<V>> = Vec::with_capacity(keys.len());
        // Loads, the first one being ours if `own` is set, and for each key its load and place.
        let mut loads: Vec<(u64, Load<V>)> = Vec::new();
        let mut seats: Vec<(usize, u64, usize)> = Vec::new();
        let mut own = Vec::new();
        let mut own_number = None;
        {
            let mut state = self.lock();
            for (i, key) in keys.iter().enumerate() {
                values.push(kept(i));
                if values[i].is_some() {
                    continue;
                }
                let seat = state.under_way.get(key);
                let joined =
                    seat.and_then(|seat| Some((seat.number, seat.at, seat.load.upgrade()?)));
                match joined {
                    Some((number, at, load)) => {
                        seats.push((i, number, at));
                        // Duplicates go into the list too: none may be dropped under the lock.
                        loads.push((number, load));
                    }
                    None => own.push(i),
                }
            }
            if !own.is_empty() {
                state.started += 1;
                let number = state.started;
                own_number = Some(number);
                let load = self.begin(
                    &own.iter().map(|&i| keys[i].clone()).collect::<Vec<_>>(),
                    number,
                    start(own.clone()),
                );
                for (at, &i) in own.iter().enumerate() {
                    seats.push((i, number, at));
                    if let Some(weak) = load.downgrade() {
                        let seat = Seat {
                            load: weak,
                            number,
                            at,
                        };
                        state.under_way.insert(keys[i].clone(), seat);
                    }
                }
                loads.push((number, load));
            }
        }
        let joined = (seats.len() - own.len()) as u64;
        self.joined.fetch_add(joined, Ordering::Relaxed);
        loads.sort_by_key(|(number, _)| *number);
        loads.dedup_by_key(|(number, _)| *number);
        let numbers: Vec<u64> = loads.iter().map(|(number, _)| *number).collect();
        let landed = join_all(loads.into_iter().map(|(_, load)| load)).await;
        let mut again = Vec::new();
        for (i, number, at) in seats {
            let place = numbers.binary_search(&number).ok();
            match place.map(|place| &landed[place]) {
                Some(Ok(loaded)) => values[i] = loaded.get(at).cloned(),
                Some(Err(error)) if Some(number) == own_number || is_of_source(error) => {
                    return Err(error.clone());
                }
                _ => again.push(i),
            }
        }
        if !again.is_empty() {
            let loaded = start(again.clone()).await?;
            for (i, value) in again.into_iter().zip(loaded) {
                values[i] = Some(value);
            }
        }
        // A load that delivers fewer values than keys would be a bug of this crate.
        Ok(values.into_iter().flatten().collect())
    }

    fn begin(
        self: &Arc<Self>,
        keys: &[K],
        number: u64,
        work: BoxFuture<'static, Result<Vec<V>, Error>>,
    ) -> Load<V> {
        let strike = Strike {
            flights: Arc::clone(self),
            keys: keys.to_vec(),
            number,
        };
        let load: BoxFuture<'static, Landed<V>> = Box::pin(async move {
            // Dropped when the load ends, and when it is given up.
            let _strike = strike;
            Ok(work.await?.into())
        });
        load.shared()
    }
}

/// The store is the same for all; what else went wrong may be due to keys that only others wanted.
fn is_of_source(error: &Error) -> bool {
    matches!(error, Error::Source { .. })
}

/// Strikes a load's keys off when it ends.
struct Strike<K: Eq + Hash, V> {
    flights: Arc<Flights<K, V>>,
    keys: Vec<K>,
    number: u64,
}

impl<K: Eq + Hash, V> Drop for Strike<K, V> {
    fn drop(&mut self) {
        let mut state = self.flights.lock();
        for key in &self.keys {
            if state
                .under_way
                .get(key)
                .is_some_and(|seat| seat.number == self.number)
            {
                state.under_way.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadError, ReadErrorKind};
    use core::sync::atomic::AtomicUsize;
    use core::task::{Context, Poll, Waker};
    use futures_channel::oneshot;
    use std::collections::BTreeMap;

    /// A cache, and loads that end when told to.
    #[derive(Default)]
    struct Bench {
        flights: Arc<Flights<u32, u32>>,
        kept: Arc<Mutex<BTreeMap<u32, u32>>>,
        loaded: Arc<Mutex<Vec<Vec<u32>>>>,
        failures: Arc<AtomicUsize>,
    }

    impl Bench {
        fn ask(
            &self,
            keys: &[u32],
            gate: Option<oneshot::Receiver<()>>,
        ) -> BoxFuture<'static, Result<Vec<u32>, Error>> {
            let gate = Mutex::new(gate);
            let (flights, kept) = (Arc::clone(&self.flights), Arc::clone(&self.kept));
            let (loaded, failures) = (Arc::clone(&self.loaded), Arc::clone(&self.failures));
            let keys = keys.to_vec();
            Box::pin(async move {
                let find = |i: usize| kept.lock().unwrap().get(&keys[i]).copied();
                let start = |places: Vec<usize>| -> BoxFuture<'static, _> {
                    let gate = gate.lock().unwrap().take();
                    let wanted: Vec<u32> = places.iter().map(|&i| keys[i]).collect();
                    let (kept, loaded, failures) = (kept.clone(), loaded.clone(), failures.clone());
                    Box::pin(async move {
                        loaded.lock().unwrap().push(wanted.clone());
                        if let Some(gate) = gate {
                            let _ = gate.await;
                        }
                        if failures.load(Ordering::SeqCst) > 0 {
                            failures.fetch_sub(1, Ordering::SeqCst);
                            let source = ReadError::new(ReadErrorKind::Unavailable, "down");
                            return Err(Error::Source {
                                location: "here".into(),
                                source,
                            });
                        }
                        let values: Vec<u32> = wanted.iter().map(|key| key * 10).collect();
                        kept.lock()
                            .unwrap()
                            .extend(wanted.iter().copied().zip(values.iter().copied()));
                        Ok(values)
                    })
                };
                flights.load(&keys, find, start).await
            })
        }
    }

    fn poll<T>(future: &mut BoxFuture<'static, T>) -> Poll<T> {
        future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn what_is_under_way_is_joined_and_the_rest_started_at_once() {
        let bench = Bench::default();
        let (open, gate) = oneshot::channel();
        let mut first = bench.ask(&[1, 2], Some(gate));
        assert!(poll(&mut first).is_pending());
        let mut second = bench.ask(&[2, 3], None);
        assert!(poll(&mut second).is_pending());
        assert_eq!(*bench.loaded.lock().unwrap(), [vec![1, 2], vec![3]]);
        assert_eq!(bench.flights.joined(), 1);
        open.send(()).unwrap();
        assert_eq!(pollster::block_on(second).unwrap(), [20, 30]);
        assert_eq!(pollster::block_on(first).unwrap(), [10, 20]);
        assert_eq!(bench.flights.under_way(), 0);
    }

    #[test]
    fn who_started_it_may_go() {
        let bench = Bench::default();
        let (open, gate) = oneshot::channel();
        let mut first = bench.ask(&[1], Some(gate));
        assert!(poll(&mut first).is_pending());
        let mut second = bench.ask(&[1], None);
        assert!(poll(&mut second).is_pending());
        drop(first);
        open.send(()).unwrap();
        assert_eq!(pollster::block_on(second).unwrap(), [10]);
        assert_eq!(
            bench.loaded.lock().unwrap().len(),
            1,
            "the same load went on"
        );
    }

    #[test]
    fn when_all_go_it_ends() {
        let bench = Bench::default();
        let (open, gate) = oneshot::channel();
        let mut first = bench.ask(&[1], Some(gate));
        assert!(poll(&mut first).is_pending());
        assert_eq!(bench.flights.under_way(), 1);
        drop(first);
        assert_eq!(bench.flights.under_way(), 0);
        assert!(open.is_canceled());
        assert_eq!(pollster::block_on(bench.ask(&[1], None)).unwrap(), [10]);
    }

    #[test]
    fn an_error_goes_to_all_who_wait_and_is_not_kept() {
        let bench = Bench::default();
        bench.failures.store(1, Ordering::SeqCst);
        let (open, gate) = oneshot::channel();
        let mut first = bench.ask(&[1], Some(gate));
        assert!(poll(&mut first).is_pending());
        let mut second = bench.ask(&[1], None);
        assert!(poll(&mut second).is_pending());
        open.send(()).unwrap();
        assert!(pollster::block_on(first).is_err());
        assert!(pollster::block_on(second).is_err());
        assert_eq!(pollster::block_on(bench.ask(&[1], None)).unwrap(), [10]);
    }

    /// Threads that come and go: nothing hangs, nothing is left under way.
    #[cfg(not(target_family = "wasm"))]
    #[test]
    fn many_threads_get_their_values() {
        let bench = Bench::default();
        std::thread::scope(|scope| {
            for thread in 0..8_u32 {
                let bench = &bench;
                scope.spawn(move || {
                    for round in 0..200_u32 {
                        let keys = [round % 7, round % 7 + thread % 3 + 1];
                        let mut ask = bench.ask(&keys, None);
                        if round % 5 == thread % 5 {
                            let _ = poll(&mut ask);
                            continue;
                        }
                        assert_eq!(pollster::block_on(ask).unwrap(), keys.map(|key| key * 10));
                        bench.kept.lock().unwrap().remove(&keys[0]);
                    }
                });
            }
        });
        assert_eq!(bench.flights.under_way(), 0);
    }
}
