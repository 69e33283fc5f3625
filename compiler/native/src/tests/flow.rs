//! Branches, loops within loops, ways out of them, calls of many results.

use super::agree;
use super::make::{add, binary, call, decision, done, get, helper, input, module, output, select, set, unary, when};
use enact_machine::code::{Binary, Expr, Function, Stmt, Ty, Unary};

/// Locals 3 to 5 of the decisions here.
const LOCALS: [Ty; 3] = [Ty::I64; 3];

fn number(n: i64) -> Expr {
    Expr::I64(n)
}

fn less(a: Expr, b: Expr) -> Expr {
    binary(Binary::LtS, Ty::I64, a, b)
}

fn equal(a: Expr, b: Expr) -> Expr {
    binary(Binary::Eq, Ty::I64, a, b)
}

fn raise(n: u32, by: Expr) -> Stmt {
    set(n, add(get(n), by))
}

/// All locals are shown at the end.
fn shown(mut body: Vec<Stmt>) -> Vec<Stmt> {
    body.extend((0..).zip(3..6).map(|(word, local)| output(Ty::I64, word, get(local))));
    body.push(done(Expr::I32(0)));
    body
}

fn run(body: Vec<Stmt>, inputs: std::ops::Range<u64>) {
    let module = module(vec![decision("d", &LOCALS, body)]);
    inputs.for_each(|n| _ = agree(&module, "d", &[n]));
}

/// How an inner loop inside of an outer one is left in its third turn.
fn nest(way: Stmt, when_input: i64) -> Vec<Stmt> {
    shown(vec![
        Stmt::Loop(vec![
            raise(3, number(1)),
            when(less(number(4), get(3)), vec![Stmt::Break(0)]),
            set(4, number(0)),
            Stmt::Loop(vec![
                raise(4, number(1)),
                when(less(number(6), get(4)), vec![Stmt::Break(0)]),
                when(
                    binary(
                        Binary::And,
                        Ty::I32,
                        equal(get(4), number(3)),
                        equal(input(Ty::I64, 0), number(when_input)),
                    ),
                    {
                        // Nothing after it is reached, and so it does not matter.
                        vec![way, raise(5, number(1_000)), Stmt::Loop(vec![])]
                    },
                ),
                raise(5, number(1)),
            ]),
            raise(5, number(100)),
        ]),
        raise(5, number(10_000)),
    ])
}

#[test]
fn ways_out_of_loops() {
    let ways = [
        Stmt::Break(0),
        Stmt::Break(1),
        Stmt::Continue(0),
        Stmt::Continue(1),
        done(Expr::I32(77)),
        Stmt::Loop(vec![Stmt::Break(1)]),
        Stmt::Loop(vec![Stmt::Break(2)]),
        Stmt::Loop(vec![Stmt::Continue(2)]),
        Stmt::Loop(vec![Stmt::Loop(vec![Stmt::Break(3)])]),
        Stmt::If(Expr::I32(1), vec![Stmt::Break(0)], vec![Stmt::Continue(1)]),
    ];
    for way in ways {
        run(nest(way, 1), 0..3);
    }
}

#[test]
fn branches_join_what_they_set() {
    let body = shown(vec![
        Stmt::If(
            less(input(Ty::I64, 0), number(2)),
            vec![set(3, number(5)), Stmt::If(equal(input(Ty::I64, 0), number(1)), vec![set(4, get(3))], vec![])],
            vec![when(equal(input(Ty::I64, 0), number(2)), vec![done(Expr::I32(9))]), set(4, number(8))],
        ),
        Stmt::If(equal(get(4), number(8)), vec![], vec![raise(5, number(3))]),
        Stmt::If(Expr::I32(0), vec![raise(5, number(50))], vec![raise(5, number(70))]),
    ]);
    run(body, 0..4);
    // Both ways leave, so nothing follows.
    let (yes, no) = (vec![done(Expr::I32(1))], vec![done(Expr::I32(2))]);
    run(vec![Stmt::If(less(input(Ty::I64, 0), number(2)), yes, no), Stmt::Loop(vec![])], 0..4);
}

#[test]
fn locals_begin_as_0_and_turns_keep_them() {
    // Fibonacci: two locals change places in each turn.
    let body = shown(vec![
        set(4, number(1)),
        Stmt::Loop(vec![
            when(less(input(Ty::I64, 0), add(get(5), number(1))), vec![Stmt::Break(0)]),
            set(4, add(get(3), get(4))),
            set(3, binary(Binary::Sub, Ty::I64, get(4), get(3))),
            raise(5, number(1)),
        ]),
    ]);
    run(body, 0..90);
    run(vec![Stmt::Loop(vec![raise(3, number(1)), when(less(number(9), get(3)), shown(vec![]))])], 0..1);
}

/// Takes many parameters of two types, and gives as many results, each of which depends on its neighbour.
fn many(count: u32) -> Function {
    let types: Vec<Ty> = (0..count).map(|n| if n % 3 == 1 { Ty::I32 } else { Ty::I64 }).collect();
    let wide = |n: u32| if n % 3 == 1 { unary(Unary::Extend, get(n)) } else { get(n) };
    let results = (0..count).map(|n| {
        let sum = add(wide(n), wide((n + 1) % count));
        if n % 3 == 1 { unary(Unary::Wrap, sum) } else { sum }
    });
    helper("many", &types, &types, &[], vec![Stmt::Return(results.collect())])
}

#[test]
fn calls_of_many_results() {
    for count in (1..12).chain([20, 40]) {
        let callee = many(count);
        let locals = callee.results.clone();
        let args = (0..count).zip(&callee.params).map(|(n, ty)| input(*ty, n)).collect();
        let results: Vec<u32> = (3..3 + count).collect();
        // The results of the first call are the arguments of the second and places of its results.
        let again = results.iter().map(|n| get(*n)).collect();
        let mut backwards = results.clone();
        backwards.rotate_left(3 % count as usize);
        if count % 3 != 0 {
            backwards.clone_from(&results);
        }
        let mut body = vec![call(0, args, &results), call(0, again, &backwards)];
        body.extend((0..).zip(&locals).map(|(n, ty)| output(*ty, n, get(n + 3))));
        body.push(done(Expr::I32(3)));
        let module = module(vec![callee, decision("d", &locals, body)]);
        let input: Vec<u64> = (0..count.into()).map(|n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        agree(&module, "d", &input);
    }
}

#[test]
fn calls_of_none_of_exported_ones_and_of_themselves() {
    let write = helper(
        "write",
        &[Ty::Ptr, Ty::I64],
        &[],
        &[],
        vec![
            Stmt::Store { width: enact_machine::code::Width::Eight, address: get(0), offset: 8, value: get(1) },
            Stmt::Return(vec![]),
        ],
    );
    let sum = helper(
        "sum",
        &[Ty::I64],
        &[Ty::I64],
        &[Ty::I64],
        vec![
            when(equal(get(0), number(0)), vec![done(number(0))]),
            call(1, vec![binary(Binary::Sub, Ty::I64, get(0), number(1))], &[1]),
            done(add(get(0), get(1))),
        ],
    );
    let inner = decision(
        "inner",
        &LOCALS,
        vec![
            call(1, vec![input(Ty::I64, 0)], &[3]),
            call(0, vec![get(1), get(3)], &[]),
            done(select(Ty::I32, less(get(3), number(100)), Expr::I32(-5), Expr::I32(i32::MIN))),
        ],
    );
    let outer = decision("outer", &[Ty::I32], vec![call(2, vec![get(0), get(1), get(2)], &[3]), done(get(3))]);
    let module = module(vec![write, sum, inner, outer]);
    for n in [0, 5, 20] {
        assert_eq!(agree(&module, "inner", &[n]), agree(&module, "outer", &[n]));
    }
    assert_eq!(agree(&module, "outer", &[20]).0, i32::MIN);
}

#[test]
fn threads_share_code_that_outlives_its_module() {
    let body = vec![output(Ty::I64, 0, add(input(Ty::I64, 0), number(1))), done(Expr::I32(4))];
    let jit = crate::Jit::new(&module(vec![decision("d", &[], body)])).unwrap();
    let decide = jit.decision("d").unwrap();
    assert!(jit.decision("other").is_none());
    drop(jit);
    std::thread::scope(|scope| {
        for n in 0..4u64 {
            let decide = decide.clone();
            scope.spawn(move || {
                let mut output = [0];
                assert_eq!(decide.call_tried(&[n], &mut output, &mut []), 4);
                assert_eq!(output, [n + 1]);
            });
        }
    });
}
