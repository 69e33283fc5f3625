//! Where things are in memory.

use crate::emit::Error;
use enact_machine::code::Module;

/// The name of the exported memory.
pub const MEMORY: &str = "memory";
/// The name of the exported global (I32, never changed) that holds the first free address.
pub const FREE: &str = "free";
/// The name of the module from which functions of the host come.
pub const HOST: &str = "env";
/// Where constants begin. Nothing is at a lower address, and 0 is the address of nothing.
pub const DATA: u32 = 16;
/// The unit in which memory grows.
pub const PAGE: u32 = 65_536;
/// More pages than these have no addresses of 32 bits.
pub const MAX_PAGES: u32 = 65_536;

/// Where things are in a module's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The first address after the constants; a multiple of 16.
    pub free: u32,
    /// Pages at the start.
    pub pages: u32,
}

impl Layout {
    /// The layout of a module with so much room after its constants.
    ///
    /// # Errors
    /// If that is more than addresses of 32 bits can tell.
    pub fn new(module: &Module, room: u32) -> Result<Layout, Error> {
        Layout::of(module.data.len() as u64, room)
    }

    pub(crate) fn of(data: u64, room: u32) -> Result<Layout, Error> {
        let free = data.checked_add(u64::from(DATA)).and_then(|end| end.checked_next_multiple_of(16));
        let free = free.ok_or(Error::Memory)?;
        let end = free.checked_add(room.into()).ok_or(Error::Memory)?;
        let pages = end.div_ceil(PAGE.into());
        if pages > MAX_PAGES.into() {
            return Err(Error::Memory);
        }
        let narrow = |n: u64| u32::try_from(n).map_err(|_| Error::Memory);
        Ok(Layout { free: narrow(free)?, pages: narrow(pages)? })
    }
}
