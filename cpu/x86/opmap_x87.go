package x86

// x87D8 is the x87 escape D8. SDM vol. 2 A.5.
var x87D8 = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FADD, a: oST0, b: oMd},
		1: {op: FMUL, a: oST0, b: oMd},
		2: {op: FCOM, a: oST0, b: oMd},
		3: {op: FCOMP, a: oST0, b: oMd},
		4: {op: FSUB, a: oST0, b: oMd},
		5: {op: FSUBR, a: oST0, b: oMd},
		6: {op: FDIV, a: oST0, b: oMd},
		7: {op: FDIVR, a: oST0, b: oMd},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FADD, a: oST0, b: oSTi},
		1: {op: FMUL, a: oST0, b: oSTi},
		2: {op: FCOM, a: oST0, b: oSTi},
		3: {op: FCOMP, a: oST0, b: oSTi},
		4: {op: FSUB, a: oST0, b: oSTi},
		5: {op: FSUBR, a: oST0, b: oSTi},
		6: {op: FDIV, a: oST0, b: oSTi},
		7: {op: FDIVR, a: oST0, b: oSTi},
	}},
}

// x87D9 is the x87 escape D9. SDM vol. 2 A.5.
var x87D9 = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FLD, a: oMd},
		2: {op: FST, a: oMd},
		3: {op: FSTP, a: oMd},
		4: {op: FLDENV, a: oM},
		5: {op: FLDCW, a: oMw},
		6: {op: FNSTENV, a: oM},
		7: {op: FNSTCW, a: oMw},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FLD, a: oSTi},
		1: {op: FXCH, a: oSTi},
		2: {ext: byRM, sub: &[8]row{
			0: {op: FNOP},
		}},
		3: {op: FSTP, a: oSTi},
		4: {ext: byRM, sub: &[8]row{
			0: {op: FCHS},
			1: {op: FABS},
			4: {op: FTST},
			5: {op: FXAM},
		}},
		5: {ext: byRM, sub: &[8]row{
			0: {op: FLD1},
			1: {op: FLDL2T},
			2: {op: FLDL2E},
			3: {op: FLDPI},
			4: {op: FLDLG2},
			5: {op: FLDLN2},
			6: {op: FLDZ},
		}},
		6: {ext: byRM, sub: &[8]row{
			0: {op: F2XM1},
			1: {op: FYL2X},
			2: {op: FPTAN},
			3: {op: FPATAN},
			4: {op: FXTRACT},
			5: {op: FPREM1},
			6: {op: FDECSTP},
			7: {op: FINCSTP},
		}},
		7: {ext: byRM, sub: &[8]row{
			0: {op: FPREM},
			1: {op: FYL2XP1},
			2: {op: FSQRT},
			3: {op: FSINCOS},
			4: {op: FRNDINT},
			5: {op: FSCALE},
			6: {op: FSIN},
			7: {op: FCOS},
		}},
	}},
}

// x87DA is the x87 escape DA. SDM vol. 2 A.5.
var x87DA = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FIADD, a: oST0, b: oMd},
		1: {op: FIMUL, a: oST0, b: oMd},
		2: {op: FICOM, a: oST0, b: oMd},
		3: {op: FICOMP, a: oST0, b: oMd},
		4: {op: FISUB, a: oST0, b: oMd},
		5: {op: FISUBR, a: oST0, b: oMd},
		6: {op: FIDIV, a: oST0, b: oMd},
		7: {op: FIDIVR, a: oST0, b: oMd},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FCMOVB, a: oST0, b: oSTi},
		1: {op: FCMOVE, a: oST0, b: oSTi},
		2: {op: FCMOVBE, a: oST0, b: oSTi},
		3: {op: FCMOVU, a: oST0, b: oSTi},
		5: {ext: byRM, sub: &[8]row{
			1: {op: FUCOMPP},
		}},
	}},
}

// x87DB is the x87 escape DB. SDM vol. 2 A.5.
var x87DB = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FILD, a: oMd},
		1: {op: FISTTP, a: oMd},
		2: {op: FIST, a: oMd},
		3: {op: FISTP, a: oMd},
		5: {op: FLD, a: oM80},
		7: {op: FSTP, a: oM80},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FCMOVNB, a: oST0, b: oSTi},
		1: {op: FCMOVNE, a: oST0, b: oSTi},
		2: {op: FCMOVNBE, a: oST0, b: oSTi},
		3: {op: FCMOVNU, a: oST0, b: oSTi},
		4: {ext: byRM, sub: &[8]row{
			0: {op: FNOP},
			1: {op: FNOP},
			2: {op: FNCLEX},
			3: {op: FNINIT},
			4: {op: FNOP},
		}},
		5: {op: FUCOMI, a: oST0, b: oSTi},
		6: {op: FCOMI, a: oST0, b: oSTi},
	}},
}

// x87DC is the x87 escape DC. SDM vol. 2 A.5.
var x87DC = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FADD, a: oST0, b: oMq},
		1: {op: FMUL, a: oST0, b: oMq},
		2: {op: FCOM, a: oST0, b: oMq},
		3: {op: FCOMP, a: oST0, b: oMq},
		4: {op: FSUB, a: oST0, b: oMq},
		5: {op: FSUBR, a: oST0, b: oMq},
		6: {op: FDIV, a: oST0, b: oMq},
		7: {op: FDIVR, a: oST0, b: oMq},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FADD, a: oSTi, b: oST0},
		1: {op: FMUL, a: oSTi, b: oST0},
		2: {op: FCOM, a: oST0, b: oSTi},
		3: {op: FCOMP, a: oST0, b: oSTi},
		4: {op: FSUBR, a: oSTi, b: oST0},
		5: {op: FSUB, a: oSTi, b: oST0},
		6: {op: FDIVR, a: oSTi, b: oST0},
		7: {op: FDIV, a: oSTi, b: oST0},
	}},
}

// x87DD is the x87 escape DD. SDM vol. 2 A.5.
var x87DD = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FLD, a: oMq},
		1: {op: FISTTP, a: oMq},
		2: {op: FST, a: oMq},
		3: {op: FSTP, a: oMq},
		4: {op: FRSTOR, a: oM},
		6: {op: FNSAVE, a: oM},
		7: {op: FNSTSW, a: oMw},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FFREE, a: oSTi},
		1: {op: FXCH, a: oSTi},
		2: {op: FST, a: oSTi},
		3: {op: FSTP, a: oSTi},
		4: {op: FUCOM, a: oST0, b: oSTi},
		5: {op: FUCOMP, a: oST0, b: oSTi},
	}},
}

// x87DE is the x87 escape DE. SDM vol. 2 A.5.
var x87DE = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FIADD, a: oST0, b: oMw},
		1: {op: FIMUL, a: oST0, b: oMw},
		2: {op: FICOM, a: oST0, b: oMw},
		3: {op: FICOMP, a: oST0, b: oMw},
		4: {op: FISUB, a: oST0, b: oMw},
		5: {op: FISUBR, a: oST0, b: oMw},
		6: {op: FIDIV, a: oST0, b: oMw},
		7: {op: FIDIVR, a: oST0, b: oMw},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FADDP, a: oSTi, b: oST0},
		1: {op: FMULP, a: oSTi, b: oST0},
		2: {op: FCOMP, a: oST0, b: oSTi},
		3: {ext: byRM, sub: &[8]row{
			1: {op: FCOMPP},
		}},
		4: {op: FSUBRP, a: oSTi, b: oST0},
		5: {op: FSUBP, a: oSTi, b: oST0},
		6: {op: FDIVRP, a: oSTi, b: oST0},
		7: {op: FDIVP, a: oSTi, b: oST0},
	}},
}

// x87DF is the x87 escape DF. SDM vol. 2 A.5.
var x87DF = [8]row{
	0: {ext: byReg, sub: &[8]row{
		0: {op: FILD, a: oMw},
		1: {op: FISTTP, a: oMw},
		2: {op: FIST, a: oMw},
		3: {op: FISTP, a: oMw},
		4: {op: FBLD, a: oM80},
		5: {op: FILD, a: oMq},
		6: {op: FBSTP, a: oM80},
		7: {op: FISTP, a: oMq},
	}},
	1: {ext: byReg, sub: &[8]row{
		0: {op: FFREEP, a: oSTi},
		1: {op: FXCH, a: oSTi},
		2: {op: FSTP, a: oSTi},
		3: {op: FSTP, a: oSTi},
		4: {ext: byRM, sub: &[8]row{
			0: {op: FNSTSW, a: oAX},
		}},
		5: {op: FUCOMIP, a: oST0, b: oSTi},
		6: {op: FCOMIP, a: oST0, b: oSTi},
	}},
}
