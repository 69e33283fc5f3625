//! The functions that a contract imports.

use super::codec::{Item, Kind, Value, decode};
use super::state::{Place, stored};
use super::transaction::{Asked, Call, Host, run};
use super::{Event, Level, Log, Params, arguments};
use std::mem::take;
use wasmtime::{Caller, Engine, Linker, Memory};

/// The version that the header of a system call names.
pub const VERSION: &str = "v1.2.0";
/// Calls below the sender's own at most.
pub const MAX_DEPTH: u32 = 5;
/// What a call to another contract costs beside its work.
pub const CALL_GAS: u64 = 100_000;

/// What the host gives to a contract.
///
/// # Errors
/// None in truth: no name is given twice.
pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Host>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap(
        "env",
        "sys_call",
        |mut caller: Caller<'_, Host>, header: i32, length: i32, body: i32, size: i32| match system_call(
            &mut caller,
            (header, length),
            (body, size),
        ) {
            Ok(()) => 0,
            Err(why) => {
                caller.data_mut().frame.refused.get_or_insert(why);
                1
            }
        },
    )?;
    linker.func_wrap("env", "log_message", |mut caller: Caller<'_, Host>, at: i32, length: i32| {
        log(&mut caller, (at, length), Level::Debug)
    })?;
    linker.func_wrap(
        "env",
        "log_message_with_type",
        |mut caller: Caller<'_, Host>, at: i32, length: i32, level: i32| {
            let level =
                Level::of(level).ok_or_else(|| wasmtime::Error::msg(format!("{level} is no level of a log")))?;
            log(&mut caller, (at, length), level)
        },
    )?;
    Ok(linker)
}

fn log(caller: &mut Caller<'_, Host>, text: (i32, i32), level: Level) -> wasmtime::Result<()> {
    let bytes = bytes(caller, text).map_err(wasmtime::Error::msg)?;
    note(caller.data_mut(), level, &bytes);
    Ok(())
}

fn note(host: &mut Host, level: Level, text: &[u8]) {
    let (contract, text) = (host.frame.contract.clone(), String::from_utf8_lossy(text).into_owned());
    host.tx.logs.push(Log { contract, level, text });
}

fn memory(caller: &mut Caller<'_, Host>) -> Result<Memory, String> {
    caller.get_export("memory").and_then(|it| it.into_memory()).ok_or_else(|| "there is no memory".to_owned())
}

/// The bytes at an address, with their count.
fn bytes(caller: &mut Caller<'_, Host>, (at, length): (i32, i32)) -> Result<Vec<u8>, String> {
    let memory = memory(caller)?;
    let outside = || format!("{length} bytes at {at} are not all memory");
    let start = at.cast_unsigned() as usize;
    let count = usize::try_from(length).map_err(|_| outside())?;
    let end = start.checked_add(count).ok_or_else(outside)?;
    memory.data(&*caller).get(start..end).map(<[u8]>::to_vec).ok_or_else(outside)
}

fn write(caller: &mut Caller<'_, Host>, at: i32, bytes: &[u8]) -> Result<(), String> {
    let memory = memory(caller)?;
    let outside = |_| format!("`value_ptr` is {at}, and not all of the {} bytes there are memory", bytes.len());
    memory.write(caller, at.cast_unsigned() as usize, bytes).map_err(outside)
}

/// The method that a header names.
fn method(header: &[u8], context: i32) -> Result<String, String> {
    let items = decode(header).map_err(|error| format!("the header is {error}"))?;
    let system = items.iter().all(|item| item.kind == Kind::System);
    let keys: Vec<&str> = items.iter().map(|item| item.key.as_str()).collect();
    let values: Vec<Value> = items.iter().map(|item| item.value.clone()).collect();
    if !system || keys != ["ctx_ptr", "version", "method"] {
        return Err(format!("the header holds {keys:?}, not the system items `ctx_ptr`, `version`, `method`"));
    }
    let Ok([Value::Int32(found), Value::String(version), Value::String(method)]) = <[Value; 3]>::try_from(values)
    else {
        return Err("the header is not of an int32 and two strings".to_owned());
    };
    if found != context {
        return Err(format!("the header's `ctx_ptr` is {found}, the call's is {context}"));
    }
    if version != VERSION { Err(format!("the header's version is `{version}`, not `{VERSION}`")) } else { Ok(method) }
}

fn system_call(caller: &mut Caller<'_, Host>, header: (i32, i32), body: (i32, i32)) -> Result<(), String> {
    let kept = caller.data_mut().frame.kept.take();
    let header = bytes(caller, header)?;
    let method = method(&header, caller.data().frame.context)?;
    let body = bytes(caller, body)?;
    serve(caller, &method, &body, kept).map_err(|why| format!("{method}: {why}"))
}

fn serve(caller: &mut Caller<'_, Host>, method: &str, body: &[u8], kept: Kept) -> Result<(), String> {
    let host = caller.data_mut();
    match method {
        "GetStateLen" | "GetState" => {
            let body = Body::of(body, &["key", "field", "value_ptr"])?;
            let asked = Asked::State(stored(body.string("key")?, body.string("field")?)?);
            answer(caller, method, asked, body.int32("value_ptr")?, kept)
        }
        "CallContractLen" | "CallContract" => {
            let body = Body::of(body, &["contract_name", "method", "value_ptr", "param"])?;
            let (contract, name) = (body.string("contract_name")?.to_owned(), body.string("method")?.to_owned());
            let asked = Asked::Call(contract, name, body.bytes("param")?.to_vec());
            answer(caller, method, asked, body.int32("value_ptr")?, kept)
        }
        "GetSenderAddressLen" | "GetSenderAddress" => {
            let body = Body::of(body, &["value_ptr"])?;
            answer(caller, method, Asked::Sender, body.int32("value_ptr")?, kept)
        }
        "PutState" => {
            let body = Body::of(body, &["key", "field", "value"])?;
            let key = stored(body.string("key")?, body.string("field")?)?;
            host.tx.view.set(place(host, key), Some(body.bytes("value")?.to_vec()));
            Ok(())
        }
        "DeleteState" => {
            let body = Body::of(body, &["key", "field"])?;
            let key = stored(body.string("key")?, body.string("field")?)?;
            host.tx.view.set(place(host, key), None);
            Ok(())
        }
        "EmitEvent" => {
            let event = event(&host.frame.contract, body)?;
            host.tx.events.push(event);
            Ok(())
        }
        "SuccessResult" if host.frame.failed() => Err("the call has failed before".to_owned()),
        "SuccessResult" => {
            host.frame.result = body.to_vec();
            Ok(())
        }
        "ErrorResult" => {
            host.frame.error = Some(String::from_utf8_lossy(body).into_owned());
            Ok(())
        }
        "LogMessage" => {
            note(host, Level::Debug, body);
            Ok(())
        }
        _ => Err("not provided".to_owned()),
    }
}

fn place(host: &Host, key: String) -> Place {
    (host.frame.contract.clone(), key)
}

/// What the system call before has left.
type Kept = Option<(Asked, Vec<u8>)>;

/// The two steps by which a contract learns a value: its length, then in the very next system call the value itself.
fn answer(caller: &mut Caller<'_, Host>, method: &str, asked: Asked, at: i32, kept: Kept) -> Result<(), String> {
    if !method.ends_with("Len") {
        return match kept {
            Some((before, value)) if before == asked => write(caller, at, &value),
            _ => Err(format!("the system call before was no `{method}Len` of the same")),
        };
    }
    let value = match &asked {
        Asked::State(key) => {
            let host = caller.data_mut();
            let place = place(host, key.clone());
            host.tx.view.get(place).unwrap_or_default()
        }
        Asked::Call(contract, method, param) => call(caller, contract, method, param)?,
        Asked::Sender => caller.data().tx.about.sender.address.clone().into_bytes(),
    };
    let length = i32::try_from(value.len()).map_err(|_| "the value is too long".to_owned())?;
    write(caller, at, &length.to_le_bytes())?;
    caller.data_mut().frame.kept = Some((asked, value));
    Ok(())
}

/// The answer of another contract's method.
fn call(caller: &mut Caller<'_, Host>, contract: &str, method: &str, param: &[u8]) -> Result<Vec<u8>, String> {
    let params = params(param)?;
    let depth = caller.data().frame.depth + 1;
    if depth > MAX_DEPTH {
        return Err(format!("{depth} calls deep, more than {MAX_DEPTH}"));
    }
    let left = caller.get_fuel().map_err(|error| error.to_string())?;
    let gas = left.checked_sub(CALL_GAS).ok_or_else(|| "gas limit exceeded".to_owned())?;
    let from = caller.data().frame.contract.clone();
    let mut tx = take(&mut caller.data_mut().tx);
    tx.gas = gas;
    let (tx, outcome) = run(tx, &Call { contract, method, params: &params, depth, caller: Some(&from) });
    caller.set_fuel(tx.gas).map_err(|error| error.to_string())?;
    caller.data_mut().tx = tx;
    outcome.map_err(|why| format!("`{contract}.{method}` failed: {why}"))
}

/// The parameters that a contract passes on: texts or bytes.
fn params(param: &[u8]) -> Result<Params, String> {
    let mut params = Params::new();
    for Item { kind, key, value } in decode(param).map_err(|error| format!("`param` is {error}"))? {
        let value = match value {
            Value::String(text) => text.into_bytes(),
            Value::Bytes(bytes) => bytes,
            Value::Int32(_) => return Err(format!("the parameter `{key}` is an int32")),
        };
        if kind != Kind::User || params.insert(key.clone(), value).is_some() {
            return Err(format!("the parameter `{key}` is no user item, or there twice"));
        }
    }
    arguments::check(&params).map(|()| params)
}

/// The items of a body, each once and by name; their order does not matter.
struct Body(Vec<Item>);

impl Body {
    fn of(bytes: &[u8], names: &[&str]) -> Result<Body, String> {
        let items = decode(bytes).map_err(|error| format!("the body is {error}"))?;
        let user = items.iter().all(|item| item.kind == Kind::User);
        let each = names.iter().all(|name| items.iter().any(|item| item.key == *name));
        if user && each && items.len() == names.len() {
            return Ok(Body(items));
        }
        let found: Vec<&str> = items.iter().map(|item| item.key.as_str()).collect();
        Err(format!("the body holds {found:?}, not the user items {names:?}"))
    }

    fn value(&self, name: &str) -> Result<&Value, String> {
        let item = self.0.iter().find(|item| item.key == name);
        item.map(|item| &item.value).ok_or_else(|| format!("there is no `{name}`"))
    }

    fn string(&self, name: &str) -> Result<&str, String> {
        match self.value(name)? {
            Value::String(text) => Ok(text),
            other => Err(format!("`{name}` is {}, not string", other.name())),
        }
    }

    fn bytes(&self, name: &str) -> Result<&[u8], String> {
        match self.value(name)? {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(format!("`{name}` is {}, not bytes", other.name())),
        }
    }

    fn int32(&self, name: &str) -> Result<i32, String> {
        match self.value(name)? {
            Value::Int32(number) => Ok(*number),
            other => Err(format!("`{name}` is {}, not int32", other.name())),
        }
    }
}

const MAX_TOPIC: usize = 255;
const MAX_DATA: usize = 16;
const MAX_DATUM: usize = 65_535;

fn event(contract: &str, body: &[u8]) -> Result<Event, String> {
    let items = decode(body).map_err(|error| format!("the body is {error}"))?;
    let mut texts = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        let wanted = if at == 0 { "topic" } else { "data" };
        match item {
            Item { kind: Kind::User, key, value: Value::String(text) } if key == wanted => texts.push(text),
            other => return Err(format!("item {at} of the body is `{}`, not the user string `{wanted}`", other.key)),
        }
    }
    if texts.is_empty() {
        return Err("there is no topic".to_owned());
    }
    let topic = texts.remove(0);
    if topic.is_empty() || topic.len() > MAX_TOPIC {
        return Err(format!("the topic has {} bytes, not 1 to {MAX_TOPIC}", topic.len()));
    }
    if texts.is_empty() || texts.len() > MAX_DATA {
        return Err(format!("{} data, not 1 to {MAX_DATA}", texts.len()));
    }
    if let Some(long) = texts.iter().find(|text| text.len() > MAX_DATUM) {
        return Err(format!("a datum of {} bytes, more than {MAX_DATUM}", long.len()));
    }
    if let Some(text) = texts.iter().chain([&topic]).find(|text| several_statements(text)) {
        return Err(format!("`{text}` would be more than one SQL statement"));
    }
    Ok(Event { contract: contract.to_owned(), topic, data: texts })
}

/// About what a reader of SQL would say: something follows after a `;`.
fn several_statements(text: &str) -> bool {
    text.split_once(';').is_some_and(|(_, rest)| rest.chars().any(|c| c != ';' && !c.is_whitespace()))
}
