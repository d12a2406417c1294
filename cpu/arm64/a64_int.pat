# A64 integer, branch, load/store and system encodings (everything but the words with bits 27:26 = 11,
# which are in a64_fpsimd.pat). Columns: name, word, feature, flags, section of the Arm ARM (DDI 0487).
# `refused`: exists, but belongs to a feature or exception level this CPU does not have: undefined here.

letters i=immlo j=immhi d=rd
ADR        0ii10000jjjjjjjjjjjjjjjjjjjddddd  base - C6.2 ADR
ADRP       1ii10000jjjjjjjjjjjjjjjjjjjddddd  base - C6.2 ADRP

letters z=sf h=sh i=imm12 n=rn d=rd
ADDimm     z00100010hiiiiiiiiiiiinnnnnddddd  base - C6.2 ADD (immediate)
ADDSimm    z01100010hiiiiiiiiiiiinnnnnddddd  base - C6.2 ADDS (immediate)
SUBimm     z10100010hiiiiiiiiiiiinnnnnddddd  base - C6.2 SUB (immediate)
SUBSimm    z11100010hiiiiiiiiiiiinnnnnddddd  base - C6.2 SUBS (immediate)
ADDGSUBG   1x01000110xxxxxxxxxxxxxxxxxxxxxx  MTE refused C6.2 ADDG, SUBG
MINMAXimm  z00100011100xxxxxxxxxxnnnnnddddd  CSSC refused C6.2 SMAX, UMAX, SMIN, UMIN (immediate)

letters z=sf N=bitn r=immr s=imms n=rn d=rd
ANDimm     z00100100Nrrrrrrssssssnnnnnddddd  base - C6.2 AND (immediate)
ORRimm     z01100100Nrrrrrrssssssnnnnnddddd  base - C6.2 ORR (immediate)
EORimm     z10100100Nrrrrrrssssssnnnnnddddd  base - C6.2 EOR (immediate)
ANDSimm    z11100100Nrrrrrrssssssnnnnnddddd  base - C6.2 ANDS (immediate)
SBFM       z00100110Nrrrrrrssssssnnnnnddddd  base - C6.2 SBFM
BFM        z01100110Nrrrrrrssssssnnnnnddddd  base - C6.2 BFM
UBFM       z10100110Nrrrrrrssssssnnnnnddddd  base - C6.2 UBFM

letters z=sf h=hw i=imm16 d=rd
MOVN       z00100101hhiiiiiiiiiiiiiiiiddddd  base - C6.2 MOVN
MOVZ       z10100101hhiiiiiiiiiiiiiiiiddddd  base - C6.2 MOVZ
MOVK       z11100101hhiiiiiiiiiiiiiiiiddddd  base - C6.2 MOVK
AUTIxSPPCi 1111001110xxxxxxxxxxxxxxxxx11111  PAuth_LR refused C6.2 AUTIASPPC, AUTIBSPPC

letters z=sf N=bitn m=rm s=imms n=rn d=rd
EXTR       z00100111N0mmmmmssssssnnnnnddddd  base - C6.2 EXTR

# branches
letters i=imm26
B          000101iiiiiiiiiiiiiiiiiiiiiiiiii  base - C6.2 B
BL         100101iiiiiiiiiiiiiiiiiiiiiiiiii  base - C6.2 BL
letters z=sf i=imm19 t=rt c=condlo
Bcond      01010100iiiiiiiiiiiiiiiiiii0cccc  base - C6.2 B.cond
BCcond     01010100iiiiiiiiiiiiiiiiiii1cccc  HBC refused C6.2 BC.cond
CBZ        z0110100iiiiiiiiiiiiiiiiiiittttt  base - C6.2 CBZ
CBNZ       z0110101iiiiiiiiiiiiiiiiiiittttt  base - C6.2 CBNZ
letters h=b5 l=b40 i=imm14 t=rt
TBZ        h0110110llllliiiiiiiiiiiiiittttt  base - C6.2 TBZ
TBNZ       h0110111llllliiiiiiiiiiiiiittttt  base - C6.2 TBNZ
CBcmp      x111010xxxxxxxxxxxxxxxxxxxxxxxxx  CMPBR refused C6.2 CB<cc>
RETxSPPCi  01010101xxxxxxxxxxxxxxxxxxx11111  PAuth_LR refused C6.2 RETAASPPC, RETABSPPC
letters n=rn
BR         1101011000011111000000nnnnn00000  base - C6.2 BR
BLR        1101011000111111000000nnnnn00000  base - C6.2 BLR
RET        1101011001011111000000nnnnn00000  base - C6.2 RET
BRxZ       1101011000x1111100001xnnnnn11111  PAuth refused C6.2 BRAAZ, BRABZ, BLRAAZ, BLRABZ
BRx        1101011100x1111100001xxxxxxxxxxx  PAuth refused C6.2 BRAA, BRAB, BLRAA, BLRAB
RETx       110101100101111100001x11111xxxxx  PAuth refused C6.2 RETAA, RETAB, RETAASPPCR, RETABSPPCR
ERET       11010110100111110000001111100000  EL1 refused C6.2 ERET
ERETx      110101101001111100001x1111111111  EL1 refused C6.2 ERETAA, ERETAB
DRPS       11010110101111110000001111100000  EL1 refused C6.2 DRPS
TEXIT      11010110111111110000xx1111100000  TEV refused C6.2 TEXIT

# exceptions, system
letters i=imm16
SVC        11010100000iiiiiiiiiiiiiiii00001  base - C6.2 SVC
HVC        11010100000iiiiiiiiiiiiiiii00010  EL1 refused C6.2 HVC
SMC        11010100000iiiiiiiiiiiiiiii00011  EL1 refused C6.2 SMC
BRK        11010100001iiiiiiiiiiiiiiii00000  base - C6.2 BRK
HLT        11010100010iiiiiiiiiiiiiiii00000  base - C6.2 HLT
DCPS       11010100101iiiiiiiiiiiiiiii000xx  EL1 refused C6.2 DCPS1, DCPS2, DCPS3
TENTER     11010100111xxxxxxxxxxxxxxxx00000  TEV refused C6.2 TENTER
letters i=udfimm
UDF        0000000000000000iiiiiiiiiiiiiiii  base - C6.2 UDF
letters p=op1 c=crm q=op2
MSRimm     1101010100000ppp0100ccccqqq11111  EL1 refused C6.2 MSR (immediate)
CFINV      11010101000000000100xxxx00011111  FlagM prio=1 C6.2 CFINV
XAFLAG     11010101000000000100xxxx00111111  FlagM2 prio=1 C6.2 XAFLAG
AXFLAG     11010101000000000100xxxx01011111  FlagM2 prio=1 C6.2 AXFLAG
HINT       11010101000000110010ccccqqq11111  base - C6.2 HINT
CLREX      11010101000000110011cccc01011111  base - C6.2 CLREX
DSB        11010101000000110011cccc10011111  base - C6.2 DSB
DMB        11010101000000110011cccc10111111  base - C6.2 DMB
ISB        11010101000000110011cccc11011111  base - C6.2 ISB
SB         11010101000000110011000011111111  SB - C6.2 SB
DSBnXS     11010101000000110011xx1000111111  XS refused C6.2 DSB (nXS)
WFxT       11010101000000110001000000xxxxxx  WFxT refused C6.2 WFET, WFIT
TSTART     11010101001000110011000x011xxxxx  TME refused C6.2 TSTART, TTEST
letters o=o0 p=op1 n=crn m=crm q=op2 t=rt
SYS        1101010100001pppnnnnmmmmqqqttttt  base - C6.2 SYS
SYSL       1101010100101pppnnnnmmmmqqqttttt  base - C6.2 SYSL
MSRreg     110101010001opppnnnnmmmmqqqttttt  base - C6.2 MSR (register)
MRS        110101010011opppnnnnmmmmqqqttttt  base - C6.2 MRS
SYS128     1101010101xxxxxxxxxxxxxxxxxxxxxx  D128 refused C6.2 SYSP, MSRR, MRRS
TCHANGE    11010101100xxxxxxxxxxxxxxxxxxxxx  TEV refused C6.2 TCHANGEF, TCHANGEB

# data processing, register
letters z=sf h=shift m=rm i=imm6 n=rn d=rd
ANDreg     z0001010hh0mmmmmiiiiiinnnnnddddd  base - C6.2 AND (shifted register)
BICreg     z0001010hh1mmmmmiiiiiinnnnnddddd  base - C6.2 BIC (shifted register)
ORRreg     z0101010hh0mmmmmiiiiiinnnnnddddd  base - C6.2 ORR (shifted register)
ORNreg     z0101010hh1mmmmmiiiiiinnnnnddddd  base - C6.2 ORN (shifted register)
EORreg     z1001010hh0mmmmmiiiiiinnnnnddddd  base - C6.2 EOR (shifted register)
EONreg     z1001010hh1mmmmmiiiiiinnnnnddddd  base - C6.2 EON (shifted register)
ANDSreg    z1101010hh0mmmmmiiiiiinnnnnddddd  base - C6.2 ANDS (shifted register)
BICSreg    z1101010hh1mmmmmiiiiiinnnnnddddd  base - C6.2 BICS (shifted register)
ADDreg     z0001011hh0mmmmmiiiiiinnnnnddddd  base - C6.2 ADD (shifted register)
ADDSreg    z0101011hh0mmmmmiiiiiinnnnnddddd  base - C6.2 ADDS (shifted register)
SUBreg     z1001011hh0mmmmmiiiiiinnnnnddddd  base - C6.2 SUB (shifted register)
SUBSreg    z1101011hh0mmmmmiiiiiinnnnnddddd  base - C6.2 SUBS (shifted register)
letters z=sf m=rm o=option i=imm3 n=rn d=rd
ADDext     z0001011001mmmmmoooiiinnnnnddddd  base - C6.2 ADD (extended register)
ADDSext    z0101011001mmmmmoooiiinnnnnddddd  base - C6.2 ADDS (extended register)
SUBext     z1001011001mmmmmoooiiinnnnnddddd  base - C6.2 SUB (extended register)
SUBSext    z1101011001mmmmmoooiiinnnnnddddd  base - C6.2 SUBS (extended register)
letters z=sf m=rm n=rn d=rd c=cond f=nzcv i=imm5 r=rmif6
ADC        z0011010000mmmmm000000nnnnnddddd  base - C6.2 ADC
ADCS       z0111010000mmmmm000000nnnnnddddd  base - C6.2 ADCS
SBC        z1011010000mmmmm000000nnnnnddddd  base - C6.2 SBC
SBCS       z1111010000mmmmm000000nnnnnddddd  base - C6.2 SBCS
ADDSUBPT   1x011010000mmmmm001xxxnnnnnddddd  CPA refused C6.2 ADDPT, SUBPT
RMIF       10111010000rrrrrr00001nnnnn0ffff  FlagM - C6.2 RMIF
SETF8      0011101000000000000010nnnnn01101  FlagM - C6.2 SETF8
SETF16     0011101000000000010010nnnnn01101  FlagM - C6.2 SETF16
CCMNreg    z0111010010mmmmmcccc00nnnnn0ffff  base - C6.2 CCMN (register)
CCMPreg    z1111010010mmmmmcccc00nnnnn0ffff  base - C6.2 CCMP (register)
CCMNimm    z0111010010iiiiicccc10nnnnn0ffff  base - C6.2 CCMN (immediate)
CCMPimm    z1111010010iiiiicccc10nnnnn0ffff  base - C6.2 CCMP (immediate)
CSEL       z0011010100mmmmmcccc00nnnnnddddd  base - C6.2 CSEL
CSINC      z0011010100mmmmmcccc01nnnnnddddd  base - C6.2 CSINC
CSINV      z1011010100mmmmmcccc00nnnnnddddd  base - C6.2 CSINV
CSNEG      z1011010100mmmmmcccc01nnnnnddddd  base - C6.2 CSNEG
letters z=sf m=rm a=ra n=rn d=rd s=crcsz
MADD       z0011011000mmmmm0aaaaannnnnddddd  base - C6.2 MADD
MSUB       z0011011000mmmmm1aaaaannnnnddddd  base - C6.2 MSUB
SMADDL     10011011001mmmmm0aaaaannnnnddddd  base - C6.2 SMADDL
SMSUBL     10011011001mmmmm1aaaaannnnnddddd  base - C6.2 SMSUBL
SMULH      10011011010mmmmm011111nnnnnddddd  base - C6.2 SMULH
UMADDL     10011011101mmmmm0aaaaannnnnddddd  base - C6.2 UMADDL
UMSUBL     10011011101mmmmm1aaaaannnnnddddd  base - C6.2 UMSUBL
UMULH      10011011110mmmmm011111nnnnnddddd  base - C6.2 UMULH
MADDPT     10011011011xxxxxxxxxxxxxxxxxxxxx  CPA refused C6.2 MADDPT, MSUBPT
UDIV       z0011010110mmmmm000010nnnnnddddd  base - C6.2 UDIV
SDIV       z0011010110mmmmm000011nnnnnddddd  base - C6.2 SDIV
LSLV       z0011010110mmmmm001000nnnnnddddd  base - C6.2 LSLV
LSRV       z0011010110mmmmm001001nnnnnddddd  base - C6.2 LSRV
ASRV       z0011010110mmmmm001010nnnnnddddd  base - C6.2 ASRV
RORV       z0011010110mmmmm001011nnnnnddddd  base - C6.2 RORV
CRC32      z0011010110mmmmm0100ssnnnnnddddd  CRC32 - C6.2 CRC32B, CRC32H, CRC32W, CRC32X
CRC32C     z0011010110mmmmm0101ssnnnnnddddd  CRC32 - C6.2 CRC32CB, CRC32CH, CRC32CW, CRC32CX
MINMAXreg  z0011010110mmmmm0110xxnnnnnddddd  CSSC refused C6.2 SMAX, UMAX, SMIN, UMIN (register)
SUBP       10x11010110mmmmm000000nnnnnddddd  MTE refused C6.2 SUBP, SUBPS
IRGGMI     10011010110mmmmm00010xnnnnnddddd  MTE refused C6.2 IRG, GMI
PACGA      10011010110mmmmm001100nnnnnddddd  PAuth refused C6.2 PACGA
RBIT       z101101011000000000000nnnnnddddd  base - C6.2 RBIT
REV16      z101101011000000000001nnnnnddddd  base - C6.2 REV16
REV32      z101101011000000000010nnnnnddddd  base - C6.2 REV (32-bit), REV32
REV64      1101101011000000000011nnnnnddddd  base - C6.2 REV (64-bit)
CLZ        z101101011000000000100nnnnnddddd  base - C6.2 CLZ
CLS        z101101011000000000101nnnnnddddd  base - C6.2 CLS
CTZCNT     z10110101100000000011xnnnnnddddd  CSSC refused C6.2 CTZ, CNT
ABSint     z101101011000000001000nnnnnddddd  CSSC refused C6.2 ABS
PAC1src    1101101011000001xxxxxxxxxxxxxxxx  PAuth refused C6.2 PACIA, PACIB, PACDA, PACDB, AUTIA, AUTIB, AUTDA, AUTDB, XPAC and -SPPC forms

# exclusives, ordered, compare and swap
letters z=size w=sz30 s=rs u=rt2 n=rn t=rt A=acq22 R=rel15
STXR       zz001000000sssss0xxxxxnnnnnttttt  base - C6.2 STXRB, STXRH, STXR
STLXR      zz001000000sssss1xxxxxnnnnnttttt  base - C6.2 STLXRB, STLXRH, STLXR
LDXR       zz001000010xxxxx0xxxxxnnnnnttttt  base - C6.2 LDXRB, LDXRH, LDXR
LDAXR      zz001000010xxxxx1xxxxxnnnnnttttt  base - C6.2 LDAXRB, LDAXRH, LDAXR
STXP       1w001000001sssss0uuuuunnnnnttttt  base - C6.2 STXP
STLXP      1w001000001sssss1uuuuunnnnnttttt  base - C6.2 STLXP
LDXP       1w001000011xxxxx0uuuuunnnnnttttt  base - C6.2 LDXP
LDAXP      1w001000011xxxxx1uuuuunnnnnttttt  base - C6.2 LDAXP
STLLR      zz00100010011111011111nnnnnttttt  LOR - C6.2 STLLRB, STLLRH, STLLR
STLR       zz00100010011111111111nnnnnttttt  base - C6.2 STLRB, STLRH, STLR
LDLAR      zz00100011011111011111nnnnnttttt  LOR - C6.2 LDLARB, LDLARH, LDLAR
LDAR       zz00100011011111111111nnnnnttttt  base - C6.2 LDARB, LDARH, LDAR
CASP       0w0010000A1sssssR11111nnnnnttttt  LSE - C6.2 CASP, CASPA, CASPAL, CASPL
CAS        zz0010001A1sssssR11111nnnnnttttt  LSE - C6.2 CASB, CASH, CAS and A, L forms
EXCLunpriv xx001001xxxxxxxxxxxxxxxxxxxxxxxx  LSUI refused C6.2 LDTXR, STTXR, CAST, CASPT and A, L forms

# literal and pairs
letters w=sz30 z=sf i=imm19 t=rt
LDRlit     0w011000iiiiiiiiiiiiiiiiiiittttt  base - C6.2 LDR (literal)
LDRSWlit   10011000iiiiiiiiiiiiiiiiiiittttt  base - C6.2 LDRSW (literal)
PRFMlit    11011000iiiiiiiiiiiiiiiiiiittttt  base - C6.2 PRFM (literal)
letters z=sf i=imm7 u=rt2 n=rn t=rt
STNP       z010100000iiiiiiiuuuuunnnnnttttt  base - C6.2 STNP
LDNP       z010100001iiiiiiiuuuuunnnnnttttt  base - C6.2 LDNP
STPpost    z010100010iiiiiiiuuuuunnnnnttttt  base - C6.2 STP, post-index
LDPpost    z010100011iiiiiiiuuuuunnnnnttttt  base - C6.2 LDP, post-index
STPoff     z010100100iiiiiiiuuuuunnnnnttttt  base - C6.2 STP, signed offset
LDPoff     z010100101iiiiiiiuuuuunnnnnttttt  base - C6.2 LDP, signed offset
STPpre     z010100110iiiiiiiuuuuunnnnnttttt  base - C6.2 STP, pre-index
LDPpre     z010100111iiiiiiiuuuuunnnnnttttt  base - C6.2 LDP, pre-index
LDPSWpost  0110100011iiiiiiiuuuuunnnnnttttt  base - C6.2 LDPSW, post-index
LDPSWoff   0110100101iiiiiiiuuuuunnnnnttttt  base - C6.2 LDPSW, signed offset
LDPSWpre   0110100111iiiiiiiuuuuunnnnnttttt  base - C6.2 LDPSW, pre-index
STGPpost   0110100010xxxxxxxxxxxxxxxxxxxxxx  MTE refused C6.2 STGP, post-index
STGPoffpre 01101001x0xxxxxxxxxxxxxxxxxxxxxx  MTE refused C6.2 STGP, signed offset and pre-index
LDTPSTTP   1110100xxxxxxxxxxxxxxxxxxxxxxxxx  LSUI refused C6.2 LDTP, STTP, LDTNP, STTNP

# single register, immediate
letters z=size w=sz30 i=imm9 n=rn t=rt
STUR       zz111000000iiiiiiiii00nnnnnttttt  base - C6.2 STURB, STURH, STUR
LDUR       zz111000010iiiiiiiii00nnnnnttttt  base - C6.2 LDURB, LDURH, LDUR
LDURSx     0w111000100iiiiiiiii00nnnnnttttt  base - C6.2 LDURSB, LDURSH, 64-bit
LDURSW     10111000100iiiiiiiii00nnnnnttttt  base - C6.2 LDURSW
LDURSw     0w111000110iiiiiiiii00nnnnnttttt  base - C6.2 LDURSB, LDURSH, 32-bit
PRFUM      11111000100iiiiiiiii00nnnnnttttt  base - C6.2 PRFUM
STRpost    zz111000000iiiiiiiii01nnnnnttttt  base - C6.2 STRB, STRH, STR (immediate), post-index
LDRpost    zz111000010iiiiiiiii01nnnnnttttt  base - C6.2 LDRB, LDRH, LDR (immediate), post-index
LDRSxpost  0w111000100iiiiiiiii01nnnnnttttt  base - C6.2 LDRSB, LDRSH (immediate), 64-bit, post-index
LDRSWpost  10111000100iiiiiiiii01nnnnnttttt  base - C6.2 LDRSW (immediate), post-index
LDRSwpost  0w111000110iiiiiiiii01nnnnnttttt  base - C6.2 LDRSB, LDRSH (immediate), 32-bit, post-index
STTR       zz111000000iiiiiiiii10nnnnnttttt  base - C6.2 STTRB, STTRH, STTR
LDTR       zz111000010iiiiiiiii10nnnnnttttt  base - C6.2 LDTRB, LDTRH, LDTR
LDTRSx     0w111000100iiiiiiiii10nnnnnttttt  base - C6.2 LDTRSB, LDTRSH, 64-bit
LDTRSW     10111000100iiiiiiiii10nnnnnttttt  base - C6.2 LDTRSW
LDTRSw     0w111000110iiiiiiiii10nnnnnttttt  base - C6.2 LDTRSB, LDTRSH, 32-bit
STRpre     zz111000000iiiiiiiii11nnnnnttttt  base - C6.2 STRB, STRH, STR (immediate), pre-index
LDRpre     zz111000010iiiiiiiii11nnnnnttttt  base - C6.2 LDRB, LDRH, LDR (immediate), pre-index
LDRSxpre   0w111000100iiiiiiiii11nnnnnttttt  base - C6.2 LDRSB, LDRSH (immediate), 64-bit, pre-index
LDRSWpre   10111000100iiiiiiiii11nnnnnttttt  base - C6.2 LDRSW (immediate), pre-index
LDRSwpre   0w111000110iiiiiiiii11nnnnnttttt  base - C6.2 LDRSB, LDRSH (immediate), 32-bit, pre-index
STLUR      zz011001000iiiiiiiii00nnnnnttttt  LRCPC2 - C6.2 STLURB, STLURH, STLUR
LDAPUR     zz011001010iiiiiiiii00nnnnnttttt  LRCPC2 - C6.2 LDAPURB, LDAPURH, LDAPUR
LDAPURSx   0w011001100iiiiiiiii00nnnnnttttt  LRCPC2 - C6.2 LDAPURSB, LDAPURSH, 64-bit
LDAPURSW   10011001100iiiiiiiii00nnnnnttttt  LRCPC2 - C6.2 LDAPURSW
LDAPURSw   0w011001110iiiiiiiii00nnnnnttttt  LRCPC2 - C6.2 LDAPURSB, LDAPURSH, 32-bit
letters z=size w=sz30 i=imm12 n=rn t=rt
STRimm     zz11100100iiiiiiiiiiiinnnnnttttt  base - C6.2 STRB, STRH, STR (immediate), unsigned offset
LDRimm     zz11100101iiiiiiiiiiiinnnnnttttt  base - C6.2 LDRB, LDRH, LDR (immediate), unsigned offset
LDRSximm   0w11100110iiiiiiiiiiiinnnnnttttt  base - C6.2 LDRSB, LDRSH (immediate), 64-bit, unsigned offset
LDRSWimm   1011100110iiiiiiiiiiiinnnnnttttt  base - C6.2 LDRSW (immediate), unsigned offset
LDRSwimm   0w11100111iiiiiiiiiiiinnnnnttttt  base - C6.2 LDRSB, LDRSH (immediate), 32-bit, unsigned offset
PRFMimm    1111100110iiiiiiiiiiiinnnnnttttt  base - C6.2 PRFM (immediate)
letters z=size w=sz30 m=rm o=option S=scaled n=rn t=rt
STRreg     zz111000001mmmmmoooS10nnnnnttttt  base - C6.2 STRB, STRH, STR (register)
LDRreg     zz111000011mmmmmoooS10nnnnnttttt  base - C6.2 LDRB, LDRH, LDR (register)
LDRSxreg   0w111000101mmmmmoooS10nnnnnttttt  base - C6.2 LDRSB, LDRSH (register), 64-bit
LDRSWreg   10111000101mmmmmoooS10nnnnnttttt  base - C6.2 LDRSW (register)
LDRSwreg   0w111000111mmmmmoooS10nnnnnttttt  base - C6.2 LDRSB, LDRSH (register), 32-bit
PRFMreg    11111000101mmmmmoooS10nnnnnttttt  base - C6.2 PRFM (register), RPRFM
LDRAx      11111000xx1xxxxxxxxxx1xxxxxxxxxx  PAuth refused C6.2 LDRAA, LDRAB

# atomic memory operations
letters z=size A=acq23 R=rel22 s=rs n=rn t=rt
LDADD      zz111000AR1sssss000000nnnnnttttt  LSE - C6.2 LDADDB, LDADDH, LDADD and A, L forms
LDCLR      zz111000AR1sssss000100nnnnnttttt  LSE - C6.2 LDCLRB, LDCLRH, LDCLR and A, L forms
LDEOR      zz111000AR1sssss001000nnnnnttttt  LSE - C6.2 LDEORB, LDEORH, LDEOR and A, L forms
LDSET      zz111000AR1sssss001100nnnnnttttt  LSE - C6.2 LDSETB, LDSETH, LDSET and A, L forms
LDSMAX     zz111000AR1sssss010000nnnnnttttt  LSE - C6.2 LDSMAXB, LDSMAXH, LDSMAX and A, L forms
LDSMIN     zz111000AR1sssss010100nnnnnttttt  LSE - C6.2 LDSMINB, LDSMINH, LDSMIN and A, L forms
LDUMAX     zz111000AR1sssss011000nnnnnttttt  LSE - C6.2 LDUMAXB, LDUMAXH, LDUMAX and A, L forms
LDUMIN     zz111000AR1sssss011100nnnnnttttt  LSE - C6.2 LDUMINB, LDUMINH, LDUMIN and A, L forms
SWP        zz111000AR1sssss100000nnnnnttttt  LSE - C6.2 SWPB, SWPH, SWP and A, L forms
LDAPR      zz11100010111111110000nnnnnttttt  LRCPC - C6.2 LDAPRB, LDAPRH, LDAPR
RCW1       0x111000xx1xxxxx100100xxxxxxxxxx  THE refused C6.2 RCWCLR, RCWSCLR
RCW23      0x111000xx1xxxxx101x00xxxxxxxxxx  THE refused C6.2 RCWSWP, RCWSET, RCWSSWP, RCWSSET
ST64B      11111000001xxxxx100100xxxxxxxxxx  LS64 refused C6.2 ST64B
ST64BV     11111000001xxxxx101x00xxxxxxxxxx  LS64 refused C6.2 ST64BV, ST64BV0
LD64B      11111000001xxxxx110100xxxxxxxxxx  LS64 refused C6.2 LD64B
ATOM128    0x011001xx1xxxxxxxxxxxxxxxxxxxxx  LSE128 refused C6.2 LDCLRP, LDSETP, SWPP (FEAT_LSE128); RCW*P, RCWCAS (FEAT_THE); LDT*, SWPT (FEAT_LSUI)
MOPSfwd    xx011001xx0xxxxxxxxx01xxxxxxxxxx  MOPS refused C6.2 CPYF*, SET*
LDIAPP     1x011001xx0xxxxxxxxx10xxxxxxxxxx  LRCPC3 refused C6.2 LDIAPP, STILP, LDAPR and STLR (post/pre-index)
GCSSTR     11011001000xxxxx000x11xxxxxxxxxx  GCS refused C6.2 GCSSTR, GCSSTTR
MTEtags    11011001xx1xxxxxxxxxxxxxxxxxxxxx  MTE refused C6.2 LDG, LDGM, STG, STGM, STZG, STZGM, ST2G, STZ2G
