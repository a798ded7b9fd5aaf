//! A cache in memory whose size is bounded in bytes. Its keys name one version of a value, such as
//! the revision of a course, so that an entry never becomes wrong and nothing has to be removed.

use std::hash::Hash;
use std::sync::Arc;

/// An approximate size in memory.
pub trait Size {
    fn bytes(&self) -> usize;
}

pub struct VersionCache<K, V>(quick_cache::sync::Cache<K, Arc<V>, BySize>);

#[derive(Clone)]
struct BySize;

impl<K, V: Size> quick_cache::Weighter<K, Arc<V>> for BySize {
    fn weight(&self, _key: &K, value: &Arc<V>) -> u64 {
        value.bytes() as u64
    }
}

impl<K: Eq + Hash, V: Size> VersionCache<K, V> {
    /// Creates a cache of at most this many bytes, for about `entries` values.
    pub fn new(entries: usize, bytes: usize) -> Self {
        Self(quick_cache::sync::Cache::with_weighter(
            entries,
            bytes as u64,
            BySize,
        ))
    }

    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.0.get(key)
    }

    pub fn insert(&self, key: K, value: Arc<V>) {
        self.0.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Size for Vec<u8> {
        fn bytes(&self) -> usize {
            self.len()
        }
    }

    #[test]
    fn the_values_together_stay_within_the_bound() {
        let cache = VersionCache::new(100, 10_000);
        for key in 0..1_000 {
            cache.insert(key, Arc::new(vec![0_u8; 900]));
        }
        let kept: usize = (0..1_000)
            .filter_map(|key| cache.get(&key))
            .map(|value| value.bytes())
            .sum();
        assert!((900..=10_000).contains(&kept), "{kept} bytes");
        cache.insert(1_000, Arc::new(vec![0; 20_000]));
        assert!(cache.get(&1_000).is_none());
    }
}
