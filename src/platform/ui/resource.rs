//! Loads the data of a page from a server function into a view. The data's type is erased in
//! between, so that the code of resources is compiled once instead of for every page.

use std::any::Any;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use codee::{Decoder, Encoder};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frame::{fault, waiting};
use super::{Erase, html};
use crate::error::{AppError, AppResult};

/// The resource with a page's main data: whether the page exists, for whom, and under which title.
/// The response waits for it, because it determines the status.
pub struct PageResource<T> {
    carried: CarriedResource,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for PageResource<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PageResource<T> {}

impl<T> PageResource<T> {
    /// Loads the data again. The page stays as it is until the data arrives.
    pub fn refetch(self) {
        self.carried.refetch();
    }
}

/// Creates a resource from `fetch`, which runs again whenever `source` changes.
pub fn page_resource<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> PageResource<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + Send + Sync + 'static,
    Fut: Future<Output = AppResult<T>> + Send + 'static,
{
    let fetch = move |source: ErasedSource| -> Fetched {
        let fetched = (source.0.as_any())
            .downcast_ref::<S>()
            .map(|source| fetch(source.clone()));
        Box::pin(async move {
            match fetched {
                Some(fetched) => Carried::of(fetched.await),
                None => Carried::Json(String::new()),
            }
        })
    };
    PageResource {
        carried: resource(
            Box::new(move || ErasedSource(Arc::new(source()))),
            Box::new(fetch),
        ),
        of: PhantomData,
    }
}

fn resource(
    source: Box<dyn Fn() -> ErasedSource + Send + Sync>,
    fetch: Box<dyn Fn(ErasedSource) -> Fetched + Send + Sync>,
) -> CarriedResource {
    Resource::new_with_options(source, fetch, true)
}

/// Shows the loaded data, or the error with its HTTP status.
pub fn loaded<T>(
    resource: PageResource<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let show = move |carried: Carried| match carried.get::<T>() {
        Ok(value) => show(value),
        Err(error) => fault(error),
    };
    shown(resource.carried, Arc::new(show))
}

fn shown(
    resource: CarriedResource,
    show: Arc<dyn Fn(Carried) -> AnyView + Send + Sync>,
) -> AnyView {
    view! {
        <Transition fallback=waiting>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    let carried = resource.await;
                    #[cfg(feature = "hydrate")]
                    super::focus::keep();
                    show(carried)
                })
            }}
        </Transition>
    }
    .erase()
}

type CarriedResource = Resource<Carried, CarriedCodec>;
type Fetched = Pin<Box<dyn Future<Output = Carried> + Send>>;

/// A server function's answer, as a value or as the JSON that a page carried.
#[derive(Clone)]
enum Carried {
    Value(
        Arc<dyn Any + Send + Sync>,
        fn(&(dyn Any + Send + Sync)) -> serde_json::Result<String>,
    ),
    Json(String),
}

impl Carried {
    fn of<T: Serialize + Send + Sync + 'static>(answer: AppResult<T>) -> Self {
        Self::Value(Arc::new(answer), |answer| {
            answer
                .downcast_ref::<AppResult<T>>()
                .map_or(Ok(String::new()), html::encode)
        })
    }

    fn get<T: DeserializeOwned + Clone + 'static>(&self) -> AppResult<T> {
        match self {
            Self::Value(answer, _) => answer.downcast_ref::<AppResult<T>>().cloned(),
            Self::Json(json) => html::decode(json).ok(),
        }
        .unwrap_or_else(|| Err(AppError::Internal(String::new())))
    }
}

struct CarriedCodec;

impl Encoder<Carried> for CarriedCodec {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(carried: &Carried) -> serde_json::Result<String> {
        match carried {
            Carried::Value(answer, encode) => encode(&**answer),
            Carried::Json(json) => Ok(json.clone()),
        }
    }
}

impl Decoder<Carried> for CarriedCodec {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(json: &str) -> serde_json::Result<Carried> {
        Ok(Carried::Json(json.to_owned()))
    }
}

/// The source of a resource, with its type erased. Sources can be compared.
#[derive(Clone)]
struct ErasedSource(Arc<dyn Key>);

impl PartialEq for ErasedSource {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(&*other.0)
    }
}

trait Key: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn is(&self, other: &dyn Key) -> bool;
}

impl<S: PartialEq + Send + Sync + 'static> Key for S {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is(&self, other: &dyn Key) -> bool {
        other.as_any().downcast_ref::<S>() == Some(self)
    }
}
