//! The parameters of each page, and the messages for wrong ones.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use crate::backend::Backend;
use crate::trouble::{Failure, Trouble};

const USERS: RangeInclusive<u32> = 1..=1_000_000;
const DELAYS_MS: RangeInclusive<u64> = 0..=10_000;
const TIMES_MS: RangeInclusive<u64> = 1..=10_000;
/// The upper bound is the number of users.
const COUNTS: RangeInclusive<usize> = 1..=1_000_000;
const LIMITS: RangeInclusive<usize> = 1..=64;

/// The user whose page it is, and the trouble that each backend should make, in the order of
/// [`Backend::ALL`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageQuery {
    pub(crate) user: u32,
    pub(crate) troubles: [Trouble; 4],
    /// The backend in whose call the dashboard panics.
    pub(crate) panics: Option<Backend>,
}

/// A page that is shown with the parts that are ready in time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartialQuery {
    pub(crate) page: PageQuery,
    pub(crate) time: Duration,
}

/// The pages of `users` users, whose parts are sent as they come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamQuery {
    /// The page of the first user.
    pub(crate) page: PageQuery,
    pub(crate) users: usize,
    /// How many parts may be requested at once, or wait for the client.
    pub(crate) limit: usize,
}

impl StreamQuery {
    /// The page of each user. There is none after the last user.
    pub(crate) fn pages(self) -> impl Iterator<Item = PageQuery> {
        let StreamQuery { page, users, .. } = self;
        let users = (page.user..=*USERS.end()).take(users);
        users.map(move |user| PageQuery { user, ..page })
    }
}

/// A request to a backend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallQuery {
    pub(crate) user: u32,
    pub(crate) trouble: Trouble,
}

/// A request without parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoQuery;

/// What is wrong with a query, and which values are allowed.
#[derive(Debug)]
pub(crate) struct BadQuery(String);

impl fmt::Display for BadQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for PageQuery {
    type Rejection = BadQuery;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, BadQuery> {
        let mut parameters = Parameters::of(parts)?;
        let page = parameters.page()?;
        parameters.no_more()?;
        Ok(page)
    }
}

impl<S: Sync> FromRequestParts<S> for PartialQuery {
    type Rejection = BadQuery;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, BadQuery> {
        let mut parameters = Parameters::of(parts)?;
        let time = parameters.required("timeout_ms", TIMES_MS)?;
        let page = parameters.page()?;
        parameters.no_more()?;
        let time = Duration::from_millis(time);
        Ok(PartialQuery { page, time })
    }
}

impl<S: Sync> FromRequestParts<S> for StreamQuery {
    type Rejection = BadQuery;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, BadQuery> {
        let mut parameters = Parameters::of(parts)?;
        let page = parameters.page()?;
        let users = parameters.number("users", COUNTS)?.unwrap_or(1);
        let limit = parameters.number("limit", LIMITS)?.unwrap_or(4);
        parameters.no_more()?;
        Ok(StreamQuery { page, users, limit })
    }
}

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = BadQuery;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, BadQuery> {
        Parameters::of(parts)?.no_more()?;
        Ok(NoQuery)
    }
}

impl<S: Sync> FromRequestParts<S> for CallQuery {
    type Rejection = BadQuery;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, BadQuery> {
        let mut parameters = Parameters::of(parts)?;
        let user = parameters.user()?;
        let trouble = parameters.trouble("")?;
        parameters.no_more()?;
        Ok(CallQuery { user, trouble })
    }
}

/// The parameters of the request that have not been read, and the names of those that have.
struct Parameters {
    given: BTreeMap<String, String>,
    known: Vec<String>,
}

impl Parameters {
    fn of(parts: &Parts) -> Result<Self, BadQuery> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| BadQuery(error.body_text()))?;
        let mut given = BTreeMap::new();
        for (name, value) in pairs {
            if given.contains_key(&name) {
                return Err(BadQuery(format!("`{name}` is given twice: give it once")));
            }
            given.insert(name, value);
        }
        let known = Vec::new();
        Ok(Parameters { given, known })
    }

    fn page(&mut self) -> Result<PageQuery, BadQuery> {
        let user = self.user()?;
        let mut troubles = [Trouble::default(); 4];
        for (backend, trouble) in Backend::ALL.into_iter().zip(&mut troubles) {
            *trouble = self.trouble(&format!("{backend}_"))?;
        }
        let panics = self.panics()?;
        Ok(PageQuery {
            user,
            troubles,
            panics,
        })
    }

    fn user(&mut self) -> Result<u32, BadQuery> {
        self.required("user", USERS)
    }

    fn trouble(&mut self, prefix: &str) -> Result<Trouble, BadQuery> {
        let delay_ms = self.number(&format!("{prefix}delay_ms"), DELAYS_MS)?;
        let fails = self.failure(&format!("{prefix}fails"))?;
        Ok(Trouble {
            delay_ms: delay_ms.unwrap_or(0),
            fails,
        })
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        self.given.remove(name)
    }

    fn number<N>(&mut self, name: &str, allowed: RangeInclusive<N>) -> Result<Option<N>, BadQuery>
    where
        N: FromStr + PartialOrd + fmt::Display,
    {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(number) if allowed.contains(&number) => Ok(Some(number)),
            _ => Err(BadQuery(format!(
                "`{name}={value}` is not allowed: give {}",
                whole_number(&allowed)
            ))),
        }
    }

    fn required<N>(&mut self, name: &str, allowed: RangeInclusive<N>) -> Result<N, BadQuery>
    where
        N: FromStr + PartialOrd + fmt::Display,
    {
        let what = whole_number(&allowed);
        self.number(name, allowed)?
            .ok_or_else(|| BadQuery(format!("`{name}` is missing: give {what}")))
    }

    fn failure(&mut self, name: &str) -> Result<Option<Failure>, BadQuery> {
        match self.take(name).as_deref() {
            None => Ok(None),
            Some("error") => Ok(Some(Failure::Error)),
            Some("garbage") => Ok(Some(Failure::Garbage)),
            Some(value) => Err(BadQuery(format!(
                "`{name}={value}` is not allowed: give `error` or `garbage`"
            ))),
        }
    }

    fn panics(&mut self) -> Result<Option<Backend>, BadQuery> {
        let Some(value) = self.take("panics") else {
            return Ok(None);
        };
        let named = |backend: &Backend| backend.name() == value;
        match Backend::ALL.into_iter().find(named) {
            Some(backend) => Ok(Some(backend)),
            None => Err(BadQuery(format!(
                "`panics={value}` is not allowed: give `profile`, `orders`, `balance` or `messages`"
            ))),
        }
    }

    fn no_more(self) -> Result<(), BadQuery> {
        match self.given.keys().next() {
            None => Ok(()),
            Some(name) if self.known.is_empty() => Err(BadQuery(format!(
                "there is no parameter `{name}`: there are none"
            ))),
            Some(name) => Err(BadQuery(format!(
                "there is no parameter `{name}`: there are `{}`",
                self.known.join("`, `")
            ))),
        }
    }
}

fn whole_number<N: fmt::Display>(allowed: &RangeInclusive<N>) -> String {
    format!(
        "a whole number from {} to {}",
        allowed.start(),
        allowed.end()
    )
}
