//! Expressions of a wanted kind: every form and every operation, none of which can trap.

use super::statements::Author;
use super::{BYTES, Kind, SLOT_SIZES, SLOTS};
use crate::code::{Binary, Expr, Local, Ty, Unary, Width};

fn constant(ty: Ty, bits: i64) -> Expr {
    if ty == Ty::I32 { Expr::I32(bits as i32) } else { Expr::I64(bits) }
}

fn binary(op: Binary, ty: Ty, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, ty, Box::new(a), Box::new(b))
}

fn offset(pointer: Expr, bytes: Expr) -> Expr {
    Expr::Offset(Box::new(pointer), Box::new(bytes))
}

fn index(bytes: u32) -> Expr {
    Expr::I32(bytes.cast_signed())
}

/// The widths in which values of an integer type can be kept.
pub(super) fn widths(ty: Ty) -> &'static [Width] {
    let all = &[Width::One, Width::Two, Width::Four, Width::Eight];
    if ty == Ty::I32 { all.split_last().map_or(&[], |(_, rest)| rest) } else { all }
}

impl Author<'_, '_> {
    /// A value of a kind. A pointer of the kind need not exist.
    pub(super) fn value(&mut self, kind: Kind, depth: u32) -> Option<Expr> {
        match kind {
            Kind::I32 | Kind::I64 => Some(self.int(kind.ty(), depth)),
            Kind::Root => self.root(),
            Kind::Bytes { size, writable } => self.pointer(size, writable, depth),
        }
    }

    pub(super) fn int(&mut self, ty: Ty, depth: u32) -> Expr {
        let Some(depth) = depth.checked_sub(1) else { return self.leaf(ty) };
        match self.choices.below(7) {
            0 => self.leaf(ty),
            1 => self.load(ty, depth).unwrap_or_else(|| self.leaf(ty)),
            2 => self.unary(ty, depth),
            3 => {
                let (condition, yes, no) = (self.int(Ty::I32, depth), self.int(ty, depth), self.int(ty, depth));
                Expr::Select(ty, Box::new(condition), Box::new(yes), Box::new(no))
            }
            _ => self.binary(ty, depth),
        }
    }

    fn leaf(&mut self, ty: Ty) -> Expr {
        let locals: Vec<Local> = self.readable().filter(|(_, kind)| kind.ty() == ty).map(|(local, _)| local).collect();
        let local = if self.choices.below(3) == 0 { None } else { self.choices.pick(&locals) };
        local.map_or_else(|| constant(ty, self.choices.bits()), Expr::Get)
    }

    fn load(&mut self, ty: Ty, depth: u32) -> Option<Expr> {
        let width = self.choices.pick(widths(ty))?;
        let signed = self.choices.one_in(2);
        let offset = self.choices.below(4) * self.choices.below(3);
        let address = self.pointer(width.bytes() + offset, false, depth)?;
        Some(Expr::Load { ty, width, signed, address: Box::new(address), offset })
    }

    /// How far a pointer is from the block: what can be said of an address in every engine.
    fn distance(&mut self) -> Option<Expr> {
        let root = self.root()?;
        let beyond = offset(root.clone(), index(self.choices.below(16)));
        let address = |it| Expr::Unary(Unary::Address, Box::new(it));
        Some(binary(Binary::Sub, Ty::I64, address(beyond), address(root)))
    }

    fn unary(&mut self, ty: Ty, depth: u32) -> Expr {
        if ty == Ty::I64
            && self.choices.below(6) == 5
            && let Some(distance) = self.distance()
        {
            return distance;
        }
        let (op, of) = match (ty, self.choices.below(3)) {
            (Ty::I32, 0 | 2) => (Unary::IsZero, Ty::I32),
            (Ty::I32, _) => (Unary::Wrap, Ty::I64),
            (_, 0) => (Unary::Extend, Ty::I32),
            (_, 1) => (Unary::ExtendUnsigned, Ty::I32),
            _ => (Unary::LeadingZeros, Ty::I64),
        };
        Expr::Unary(op, Box::new(self.int(of, depth)))
    }

    fn binary(&mut self, ty: Ty, depth: u32) -> Expr {
        let op = self.choices.pick(&Binary::ALL).unwrap_or(Binary::Add);
        if op.compares() {
            let of = if self.choices.one_in(2) { Ty::I64 } else { Ty::I32 };
            let compared = binary(op, of, self.int(of, depth), self.int(of, depth));
            return if ty == Ty::I32 { compared } else { Expr::Unary(Unary::Extend, Box::new(compared)) };
        }
        let (bits, max) = if ty == Ty::I32 { (32, i32::MAX.into()) } else { (64, i64::MAX) };
        let (a, b) = (self.int(ty, depth), self.int(ty, depth));
        let masked = |it, mask| binary(Binary::And, ty, it, constant(ty, mask));
        let odd = |it| binary(Binary::Or, ty, it, constant(ty, 1));
        let (a, b) = match op {
            Binary::DivU | Binary::RemU => (a, odd(b)),
            Binary::DivS | Binary::RemS => match self.choices.below(3) {
                0 => (a, constant(ty, 2 + i64::from(self.choices.below(1000)))),
                1 => (a, odd(masked(b, max))),
                _ => (masked(a, max), odd(b)),
            },
            Binary::Shl | Binary::ShrS | Binary::ShrU => match self.choices.below(2) {
                0 => (a, constant(ty, self.choices.below(bits).into())),
                _ => (a, masked(b, i64::from(bits) - 1)),
            },
            _ => (a, b),
        };
        binary(op, ty, a, b)
    }

    /// The pointer to the block.
    pub(super) fn root(&mut self) -> Option<Expr> {
        self.readable().find(|(_, kind)| *kind == Kind::Root).map(|(local, _)| Expr::Get(local))
    }

    /// A pointer to at least so many bytes.
    pub(super) fn pointer(&mut self, size: u32, writable: bool, depth: u32) -> Option<Expr> {
        let (base, room) = self.base(size, writable)?;
        // How far it may be moved.
        let spare = room - size;
        let Some(depth) = depth.checked_sub(1) else { return Some(base) };
        Some(match self.choices.below(4) {
            0 => base,
            1 => offset(base, index(self.choices.below(spare + 1))),
            2 => offset(base, binary(Binary::RemU, Ty::I32, self.int(Ty::I32, depth), index(spare + 1))),
            _ => {
                let condition = self.int(Ty::I32, depth);
                let other = self.pointer(size, writable, depth)?;
                Expr::Select(Ty::Ptr, Box::new(condition), Box::new(base), Box::new(other))
            }
        })
    }

    /// A pointer that is there, and the number of bytes that it may be used for.
    fn base(&mut self, size: u32, writable: bool) -> Option<(Expr, u32)> {
        let mut bases = Vec::new();
        for (local, kind) in self.readable() {
            match kind {
                Kind::Bytes { size, writable } => bases.push((Expr::Get(local), size, writable)),
                Kind::Root => {
                    bases.push((offset(Expr::Get(local), index(SLOTS as u32)), BYTES, true));
                    for (n, size) in (0..).zip(SLOT_SIZES) {
                        let address = Box::new(Expr::Get(local));
                        let (ty, width, signed) = (Ty::Ptr, Width::Eight, false);
                        bases.push((Expr::Load { ty, width, signed, address, offset: 8 * n }, size, true));
                    }
                }
                Kind::I32 | Kind::I64 => {}
            }
        }
        if let Some(spare) = self.data.checked_sub(size) {
            let at = if writable { 0 } else { self.choices.below(spare + 1) };
            bases.push((Expr::Data(at), self.data - at, false));
        }
        bases.retain(|(_, room, may)| *room >= size && (*may || !writable));
        self.choices.pick(&bases).map(|(base, room, _)| (base, room))
    }
}
