//! Durations in settings read and print as people write them: `"750ms"`, `"1m 30s"`.

use serde::{Deserialize, Deserializer, Serializer};
use std::time::Duration;

#[allow(clippy::ref_option, reason = "the signature is serde's")]
pub(crate) fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => serializer.serialize_some(&humantime::format_duration(*duration).to_string()),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    humantime::parse_duration(&text).map(Some).map_err(|mistake| {
        serde::de::Error::custom(format_args!(
            "`{text}` is no duration ({mistake}): write for example \"750ms\" or \"1m 30s\""
        ))
    })
}
