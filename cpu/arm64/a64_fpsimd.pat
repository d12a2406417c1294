# A64 floating-point and Advanced SIMD encodings: the words with bits 27:26 = 11.
# Columns: name, word, feature, flags, section of the Arm ARM (DDI 0487).
# Name endings: s scalar FP, v vector, vz vector compared with zero, vi vector shifted by an immediate, e by
# element, sv scalar of Advanced SIMD (svz, svi, se likewise), sp scalar pairwise, q one 128-bit register.

# Floating-point data-processing (1 source)
letters y=ftype n=rn d=rd
FMOVs          00011110yy100000010000nnnnnddddd  FP - C7.2 FMOV
FABSs          00011110yy100000110000nnnnnddddd  FP - C7.2 FABS
FNEGs          00011110yy100001010000nnnnnddddd  FP - C7.2 FNEG
FSQRTs         00011110yy100001110000nnnnnddddd  FP - C7.2 FSQRT
FCVTDS         0001111000100010110000nnnnnddddd  FP - C7.2 FCVT
FCVTHS         0001111000100011110000nnnnnddddd  FP - C7.2 FCVT
FRINTNs        00011110yy100100010000nnnnnddddd  FP - C7.2 FRINTN
FRINTPs        00011110yy100100110000nnnnnddddd  FP - C7.2 FRINTP
FRINTMs        00011110yy100101010000nnnnnddddd  FP - C7.2 FRINTM
FRINTZs        00011110yy100101110000nnnnnddddd  FP - C7.2 FRINTZ
FRINTAs        00011110yy100110010000nnnnnddddd  FP - C7.2 FRINTA
FRINTXs        00011110yy100111010000nnnnnddddd  FP - C7.2 FRINTX
FRINTIs        00011110yy100111110000nnnnnddddd  FP - C7.2 FRINTI
FRINT32Zs      00011110xx101000010000nnnnnddddd  FRINTTS refused C7.2 FRINT32Z
FRINT32Xs      00011110xx101000110000nnnnnddddd  FRINTTS refused C7.2 FRINT32X
FRINT64Zs      00011110xx101001010000nnnnnddddd  FRINTTS refused C7.2 FRINT64Z
FRINT64Xs      00011110xx101001110000nnnnnddddd  FRINTTS refused C7.2 FRINT64X
FCVTSD         0001111001100010010000nnnnnddddd  FP - C7.2 FCVT
BFCVTBS        0001111001100011010000nnnnnddddd  BF16 refused C7.2 BFCVT
FCVTHD         0001111001100011110000nnnnnddddd  FP - C7.2 FCVT
FCVTSH         0001111011100010010000nnnnnddddd  FP - C7.2 FCVT
FCVTDH         0001111011100010110000nnnnnddddd  FP - C7.2 FCVT

# Floating-point data-processing (2 source)
letters y=ftype m=rm n=rn d=rd
FMULs          00011110yy1mmmmm000010nnnnnddddd  FP - C7.2 FMUL
FDIVs          00011110yy1mmmmm000110nnnnnddddd  FP - C7.2 FDIV
FADDs          00011110yy1mmmmm001010nnnnnddddd  FP - C7.2 FADD
FSUBs          00011110yy1mmmmm001110nnnnnddddd  FP - C7.2 FSUB
FMAXs          00011110yy1mmmmm010010nnnnnddddd  FP - C7.2 FMAX
FMINs          00011110yy1mmmmm010110nnnnnddddd  FP - C7.2 FMIN
FMAXNMs        00011110yy1mmmmm011010nnnnnddddd  FP - C7.2 FMAXNM
FMINNMs        00011110yy1mmmmm011110nnnnnddddd  FP - C7.2 FMINNM
FNMULs         00011110yy1mmmmm100010nnnnnddddd  FP - C7.2 FNMUL

# Floating-point data-processing (3 source)
letters y=ftype m=rm a=ra n=rn d=rd
FMADDs         00011111yy0mmmmm0aaaaannnnnddddd  FP - C7.2 FMADD
FMSUBs         00011111yy0mmmmm1aaaaannnnnddddd  FP - C7.2 FMSUB
FNMADDs        00011111yy1mmmmm0aaaaannnnnddddd  FP - C7.2 FNMADD
FNMSUBs        00011111yy1mmmmm1aaaaannnnnddddd  FP - C7.2 FNMSUB

# Floating-point compare
letters y=ftype m=rm n=rn
FCMPs          00011110yy1mmmmm001000nnnnn00000  FP - C7.2 FCMP
FCMPsz         00011110yy1xxxxx001000nnnnn01000  FP - C7.2 FCMP
FCMPEs         00011110yy1mmmmm001000nnnnn10000  FP - C7.2 FCMPE
FCMPEsz        00011110yy1xxxxx001000nnnnn11000  FP - C7.2 FCMPE

# Floating-point conditional compare
letters y=ftype m=rm c=cond n=rn v=nzcv
FCCMPs         00011110yy1mmmmmcccc01nnnnn0vvvv  FP - C7.2 FCCMP
FCCMPEs        00011110yy1mmmmmcccc01nnnnn1vvvv  FP - C7.2 FCCMPE

# Floating-point conditional select
letters y=ftype m=rm c=cond n=rn d=rd
FCSELs         00011110yy1mmmmmcccc11nnnnnddddd  FP - C7.2 FCSEL

# Floating-point immediate
letters y=ftype i=imm8 d=rd
FMOVimm        00011110yy1iiiiiiii10000000ddddd  FP - C7.2 FMOV

# Conversion between floating-point and integer
letters f=sf y=ftype n=rn d=rd
FCVTNSint      f0011110yy100000000000nnnnnddddd  FP - C7.2 FCVTNS
FCVTNUint      f0011110yy100001000000nnnnnddddd  FP - C7.2 FCVTNU
SCVTFint       f0011110yy100010000000nnnnnddddd  FP - C7.2 SCVTF
UCVTFint       f0011110yy100011000000nnnnnddddd  FP - C7.2 UCVTF
FCVTASint      f0011110yy100100000000nnnnnddddd  FP - C7.2 FCVTAS
FCVTAUint      f0011110yy100101000000nnnnnddddd  FP - C7.2 FCVTAU
FMOVrf         f0011110yy100110000000nnnnnddddd  FP - C7.2 FMOV
FMOVfr         f0011110yy100111000000nnnnnddddd  FP - C7.2 FMOV
FCVTPSint      f0011110yy101000000000nnnnnddddd  FP - C7.2 FCVTPS
FCVTPUint      f0011110yy101001000000nnnnnddddd  FP - C7.2 FCVTPU
FCVTMSint      f0011110yy110000000000nnnnnddddd  FP - C7.2 FCVTMS
FCVTMUint      f0011110yy110001000000nnnnnddddd  FP - C7.2 FCVTMU
FCVTZSint      f0011110yy111000000000nnnnnddddd  FP - C7.2 FCVTZS
FCVTZUint      f0011110yy111001000000nnnnnddddd  FP - C7.2 FCVTZU
FJCVTZS        0001111001111110000000nnnnnddddd  JSCVT refused C7.2 FJCVTZS
FMOVxvhi       1001111010101110000000nnnnnddddd  FP - C7.2 FMOV
FMOVvhix       1001111010101111000000nnnnnddddd  FP - C7.2 FMOV
FCVTNSfpr      x0011110xx101010000000nnnnnddddd  FPRCVT refused C7.2 FCVTNS
FCVTASfpr      x0011110xx111010000000nnnnnddddd  FPRCVT refused C7.2 FCVTAS
FCVTPSfpr      x0011110xx110010000000nnnnnddddd  FPRCVT refused C7.2 FCVTPS
FCVTMSfpr      x0011110xx110100000000nnnnnddddd  FPRCVT refused C7.2 FCVTMS
FCVTZSfpr      x0011110xx110110000000nnnnnddddd  FPRCVT refused C7.2 FCVTZS
SCVTFfpr       x0011110xx111100000000nnnnnddddd  FPRCVT refused C7.2 SCVTF
FCVTNUfpr      x0011110xx101011000000nnnnnddddd  FPRCVT refused C7.2 FCVTNU
FCVTAUfpr      x0011110xx111011000000nnnnnddddd  FPRCVT refused C7.2 FCVTAU
FCVTPUfpr      x0011110xx110011000000nnnnnddddd  FPRCVT refused C7.2 FCVTPU
FCVTMUfpr      x0011110xx110101000000nnnnnddddd  FPRCVT refused C7.2 FCVTMU
FCVTZUfpr      x0011110xx110111000000nnnnnddddd  FPRCVT refused C7.2 FCVTZU
UCVTFfpr       x0011110xx111101000000nnnnnddddd  FPRCVT refused C7.2 UCVTF

# Conversion between floating-point and fixed-point
letters f=sf y=ftype s=scale n=rn d=rd
SCVTFfix       f0011110yy000010ssssssnnnnnddddd  FP - C7.2 SCVTF
UCVTFfix       f0011110yy000011ssssssnnnnnddddd  FP - C7.2 UCVTF
FCVTZSfix      f0011110yy011000ssssssnnnnnddddd  FP - C7.2 FCVTZS
FCVTZUfix      f0011110yy011001ssssssnnnnnddddd  FP - C7.2 FCVTZU

# Advanced SIMD three same
letters Q=q z=vsize m=rm n=rn d=rd
SHADDv         0Q001110zz1mmmmm000001nnnnnddddd  ASIMD - C7.2 SHADD
SQADDv         0Q001110zz1mmmmm000011nnnnnddddd  ASIMD - C7.2 SQADD
SRHADDv        0Q001110zz1mmmmm000101nnnnnddddd  ASIMD - C7.2 SRHADD
SHSUBv         0Q001110zz1mmmmm001001nnnnnddddd  ASIMD - C7.2 SHSUB
SQSUBv         0Q001110zz1mmmmm001011nnnnnddddd  ASIMD - C7.2 SQSUB
CMGTv          0Q001110zz1mmmmm001101nnnnnddddd  ASIMD - C7.2 CMGT
CMGEv          0Q001110zz1mmmmm001111nnnnnddddd  ASIMD - C7.2 CMGE
SSHLv          0Q001110zz1mmmmm010001nnnnnddddd  ASIMD - C7.2 SSHL
SQSHLv         0Q001110zz1mmmmm010011nnnnnddddd  ASIMD - C7.2 SQSHL
SRSHLv         0Q001110zz1mmmmm010101nnnnnddddd  ASIMD - C7.2 SRSHL
SQRSHLv        0Q001110zz1mmmmm010111nnnnnddddd  ASIMD - C7.2 SQRSHL
SMAXv          0Q001110zz1mmmmm011001nnnnnddddd  ASIMD - C7.2 SMAX
SMINv          0Q001110zz1mmmmm011011nnnnnddddd  ASIMD - C7.2 SMIN
SABDv          0Q001110zz1mmmmm011101nnnnnddddd  ASIMD - C7.2 SABD
SABAv          0Q001110zz1mmmmm011111nnnnnddddd  ASIMD - C7.2 SABA
ADDv           0Q001110zz1mmmmm100001nnnnnddddd  ASIMD - C7.2 ADD
CMTSTv         0Q001110zz1mmmmm100011nnnnnddddd  ASIMD - C7.2 CMTST
MLAv           0Q001110zz1mmmmm100101nnnnnddddd  ASIMD - C7.2 MLA
MULv           0Q001110zz1mmmmm100111nnnnnddddd  ASIMD - C7.2 MUL
SMAXPv         0Q001110zz1mmmmm101001nnnnnddddd  ASIMD - C7.2 SMAXP
SMINPv         0Q001110zz1mmmmm101011nnnnnddddd  ASIMD - C7.2 SMINP
SQDMULHv       0Q001110zz1mmmmm101101nnnnnddddd  ASIMD - C7.2 SQDMULH
ADDPv          0Q001110zz1mmmmm101111nnnnnddddd  ASIMD - C7.2 ADDP
letters Q=q z=fsz m=rm n=rn d=rd
FMAXNMv        0Q0011100z1mmmmm110001nnnnnddddd  ASIMD - C7.2 FMAXNM
FMLAv          0Q0011100z1mmmmm110011nnnnnddddd  ASIMD - C7.2 FMLA
FADDv          0Q0011100z1mmmmm110101nnnnnddddd  ASIMD - C7.2 FADD
FMULXv         0Q0011100z1mmmmm110111nnnnnddddd  ASIMD - C7.2 FMULX
FCMEQv         0Q0011100z1mmmmm111001nnnnnddddd  ASIMD - C7.2 FCMEQ
FMAXv          0Q0011100z1mmmmm111101nnnnnddddd  ASIMD - C7.2 FMAX
FRECPSv        0Q0011100z1mmmmm111111nnnnnddddd  ASIMD - C7.2 FRECPS
ANDv           0Q001110001mmmmm000111nnnnnddddd  ASIMD - C7.2 AND
FMLALv         0Q001110001mmmmm111011nnnnnddddd  FHM refused C7.2 FMLAL
BICv           0Q001110011mmmmm000111nnnnnddddd  ASIMD - C7.2 BIC
FMINNMv        0Q0011101z1mmmmm110001nnnnnddddd  ASIMD - C7.2 FMINNM
FMLSv          0Q0011101z1mmmmm110011nnnnnddddd  ASIMD - C7.2 FMLS
FSUBv          0Q0011101z1mmmmm110101nnnnnddddd  ASIMD - C7.2 FSUB
FAMAXv         0Q0011101x1mmmmm110111nnnnnddddd  FAMINMAX refused C7.2 FAMAX
FMINv          0Q0011101z1mmmmm111101nnnnnddddd  ASIMD - C7.2 FMIN
FRSQRTSv       0Q0011101z1mmmmm111111nnnnnddddd  ASIMD - C7.2 FRSQRTS
ORRv           0Q001110101mmmmm000111nnnnnddddd  ASIMD - C7.2 ORR
FMLSLv         0Q001110101mmmmm111011nnnnnddddd  FHM refused C7.2 FMLSL
ORNv           0Q001110111mmmmm000111nnnnnddddd  ASIMD - C7.2 ORN
letters Q=q z=vsize m=rm n=rn d=rd
UHADDv         0Q101110zz1mmmmm000001nnnnnddddd  ASIMD - C7.2 UHADD
UQADDv         0Q101110zz1mmmmm000011nnnnnddddd  ASIMD - C7.2 UQADD
URHADDv        0Q101110zz1mmmmm000101nnnnnddddd  ASIMD - C7.2 URHADD
UHSUBv         0Q101110zz1mmmmm001001nnnnnddddd  ASIMD - C7.2 UHSUB
UQSUBv         0Q101110zz1mmmmm001011nnnnnddddd  ASIMD - C7.2 UQSUB
CMHIv          0Q101110zz1mmmmm001101nnnnnddddd  ASIMD - C7.2 CMHI
CMHSv          0Q101110zz1mmmmm001111nnnnnddddd  ASIMD - C7.2 CMHS
USHLv          0Q101110zz1mmmmm010001nnnnnddddd  ASIMD - C7.2 USHL
UQSHLv         0Q101110zz1mmmmm010011nnnnnddddd  ASIMD - C7.2 UQSHL
URSHLv         0Q101110zz1mmmmm010101nnnnnddddd  ASIMD - C7.2 URSHL
UQRSHLv        0Q101110zz1mmmmm010111nnnnnddddd  ASIMD - C7.2 UQRSHL
UMAXv          0Q101110zz1mmmmm011001nnnnnddddd  ASIMD - C7.2 UMAX
UMINv          0Q101110zz1mmmmm011011nnnnnddddd  ASIMD - C7.2 UMIN
UABDv          0Q101110zz1mmmmm011101nnnnnddddd  ASIMD - C7.2 UABD
UABAv          0Q101110zz1mmmmm011111nnnnnddddd  ASIMD - C7.2 UABA
SUBv           0Q101110zz1mmmmm100001nnnnnddddd  ASIMD - C7.2 SUB
CMEQv          0Q101110zz1mmmmm100011nnnnnddddd  ASIMD - C7.2 CMEQ
MLSv           0Q101110zz1mmmmm100101nnnnnddddd  ASIMD - C7.2 MLS
PMULv          0Q101110zz1mmmmm100111nnnnnddddd  ASIMD - C7.2 PMUL
UMAXPv         0Q101110zz1mmmmm101001nnnnnddddd  ASIMD - C7.2 UMAXP
UMINPv         0Q101110zz1mmmmm101011nnnnnddddd  ASIMD - C7.2 UMINP
SQRDMULHv      0Q101110zz1mmmmm101101nnnnnddddd  ASIMD - C7.2 SQRDMULH
letters Q=q z=fsz m=rm n=rn d=rd
FMAXNMPv       0Q1011100z1mmmmm110001nnnnnddddd  ASIMD - C7.2 FMAXNMP
FADDPv         0Q1011100z1mmmmm110101nnnnnddddd  ASIMD - C7.2 FADDP
FMULv          0Q1011100z1mmmmm110111nnnnnddddd  ASIMD - C7.2 FMUL
FCMGEv         0Q1011100z1mmmmm111001nnnnnddddd  ASIMD - C7.2 FCMGE
FACGEv         0Q1011100z1mmmmm111011nnnnnddddd  ASIMD - C7.2 FACGE
FMAXPv         0Q1011100z1mmmmm111101nnnnnddddd  ASIMD - C7.2 FMAXP
FDIVv          0Q1011100z1mmmmm111111nnnnnddddd  ASIMD - C7.2 FDIV
EORv           0Q101110001mmmmm000111nnnnnddddd  ASIMD - C7.2 EOR
FMLAL2v        0Q101110001mmmmm110011nnnnnddddd  FHM refused C7.2 FMLAL2
BSLv           0Q101110011mmmmm000111nnnnnddddd  ASIMD - C7.2 BSL
FMINNMPv       0Q1011101z1mmmmm110001nnnnnddddd  ASIMD - C7.2 FMINNMP
FABDv          0Q1011101z1mmmmm110101nnnnnddddd  ASIMD - C7.2 FABD
FAMINv         0Q1011101x1mmmmm110111nnnnnddddd  FAMINMAX refused C7.2 FAMIN
FCMGTv         0Q1011101z1mmmmm111001nnnnnddddd  ASIMD - C7.2 FCMGT
FACGTv         0Q1011101z1mmmmm111011nnnnnddddd  ASIMD - C7.2 FACGT
FMINPv         0Q1011101z1mmmmm111101nnnnnddddd  ASIMD - C7.2 FMINP
FSCALEv        0Q1011101x1mmmmm111111nnnnnddddd  FP8 refused C7.2 FSCALE
BITv           0Q101110101mmmmm000111nnnnnddddd  ASIMD - C7.2 BIT
FMLSL2v        0Q101110101mmmmm110011nnnnnddddd  FHM refused C7.2 FMLSL2
BIFv           0Q101110111mmmmm000111nnnnnddddd  ASIMD - C7.2 BIF

# Advanced SIMD three same (FP16)
letters Q=q m=rm n=rn d=rd
FMAXNMhv       0Q001110010mmmmm000001nnnnnddddd  FP16 refused C7.2 FMAXNM
FMLAhv         0Q001110010mmmmm000011nnnnnddddd  FP16 refused C7.2 FMLA
FADDhv         0Q001110010mmmmm000101nnnnnddddd  FP16 refused C7.2 FADD
FMULXhv        0Q001110010mmmmm000111nnnnnddddd  FP16 refused C7.2 FMULX
FCMEQhv        0Q001110010mmmmm001001nnnnnddddd  FP16 refused C7.2 FCMEQ
FMAXhv         0Q001110010mmmmm001101nnnnnddddd  FP16 refused C7.2 FMAX
FRECPShv       0Q001110010mmmmm001111nnnnnddddd  FP16 refused C7.2 FRECPS
FMINNMhv       0Q001110110mmmmm000001nnnnnddddd  FP16 refused C7.2 FMINNM
FMLShv         0Q001110110mmmmm000011nnnnnddddd  FP16 refused C7.2 FMLS
FSUBhv         0Q001110110mmmmm000101nnnnnddddd  FP16 refused C7.2 FSUB
FAMAXhv        0Q001110110mmmmm000111nnnnnddddd  FAMINMAX refused C7.2 FAMAX
FMINhv         0Q001110110mmmmm001101nnnnnddddd  FP16 refused C7.2 FMIN
FRSQRTShv      0Q001110110mmmmm001111nnnnnddddd  FP16 refused C7.2 FRSQRTS
FMAXNMPhv      0Q101110010mmmmm000001nnnnnddddd  FP16 refused C7.2 FMAXNMP
FADDPhv        0Q101110010mmmmm000101nnnnnddddd  FP16 refused C7.2 FADDP
FMULhv         0Q101110010mmmmm000111nnnnnddddd  FP16 refused C7.2 FMUL
FCMGEhv        0Q101110010mmmmm001001nnnnnddddd  FP16 refused C7.2 FCMGE
FACGEhv        0Q101110010mmmmm001011nnnnnddddd  FP16 refused C7.2 FACGE
FMAXPhv        0Q101110010mmmmm001101nnnnnddddd  FP16 refused C7.2 FMAXP
FDIVhv         0Q101110010mmmmm001111nnnnnddddd  FP16 refused C7.2 FDIV
FMINNMPhv      0Q101110110mmmmm000001nnnnnddddd  FP16 refused C7.2 FMINNMP
FABDhv         0Q101110110mmmmm000101nnnnnddddd  FP16 refused C7.2 FABD
FAMINhv        0Q101110110mmmmm000111nnnnnddddd  FAMINMAX refused C7.2 FAMIN
FCMGThv        0Q101110110mmmmm001001nnnnnddddd  FP16 refused C7.2 FCMGT
FACGThv        0Q101110110mmmmm001011nnnnnddddd  FP16 refused C7.2 FACGT
FMINPhv        0Q101110110mmmmm001101nnnnnddddd  FP16 refused C7.2 FMINP
FSCALEhv       0Q101110110mmmmm001111nnnnnddddd  FP8 refused C7.2 FSCALE

# Advanced SIMD three same extra
letters Q=q m=rm n=rn d=rd
SDOTv          0Q001110xx0mmmmm100101nnnnnddddd  DotProd refused C7.2 SDOT
FCVTNHv        0Q001110000mmmmm111101nnnnnddddd  FP8 refused C7.2 FCVTN
FDOTDDv        0Q001110000mmmmm111111nnnnnddddd  FP8 refused C7.2 FDOT
FCVTNDv        0Q001110010mmmmm111101nnnnnddddd  FP8 refused C7.2 FCVTN
FDOTDv         0Q001110010mmmmm111111nnnnnddddd  FP8 refused C7.2 FDOT
USDOTv         0Q001110100mmmmm100111nnnnnddddd  I8MM refused C7.2 USDOT
FDOTFP16FP32v  0Q001110100mmmmm111111nnnnnddddd  FP8 refused C7.2 FDOT
SQRDMLAHv      0Q101110xx0mmmmm100001nnnnnddddd  RDM refused C7.2 SQRDMLAH
SQRDMLSHv      0Q101110xx0mmmmm100011nnnnnddddd  RDM refused C7.2 SQRDMLSH
UDOTv          0Q101110xx0mmmmm100101nnnnnddddd  DotProd refused C7.2 UDOT
FCMLAv         0Q101110xx0mmmmm110xx1nnnnnddddd  FCMA refused C7.2 FCMLA
FCADDv         0Q101110xx0mmmmm111x01nnnnnddddd  FCMA refused C7.2 FCADD
BFDOTv         0Q101110010mmmmm111111nnnnnddddd  BF16 refused C7.2 BFDOT
BFMLALv        0Q101110110mmmmm111111nnnnnddddd  BF16 refused C7.2 BFMLAL
FMLALLBBv      00001110000mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLBB
FMLALLBTv      00001110010mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLBT
FMLALBv        00001110110mmmmm111111nnnnnddddd  FP8 refused C7.2 FMLALB
FMLALLTBv      01001110000mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLTB
FMLALLTTv      01001110010mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLTT
SMMLAv         01001110100mmmmm101001nnnnnddddd  I8MM refused C7.2 SMMLA
USMMLAv        01001110100mmmmm101011nnnnnddddd  I8MM refused C7.2 USMMLA
FMMLAFP16FP16v 01001110110mmmmm111011nnnnnddddd  FP8 refused C7.2 FMMLA
FMLALTv        01001110110mmmmm111111nnnnnddddd  FP8 refused C7.2 FMLALT
FMMLAFP8FP16v  01101110000mmmmm111011nnnnnddddd  FP8 refused C7.2 FMMLA
FMMLAFP16FP32v 01001110010mmmmm111011nnnnnddddd  FP8 refused C7.2 FMMLA
BFMMLAv        01101110010mmmmm111011nnnnnddddd  BF16 refused C7.2 BFMMLA
FMMLAFP8FP32v  01101110100mmmmm111011nnnnnddddd  FP8 refused C7.2 FMMLA
UMMLAv         01101110100mmmmm101001nnnnnddddd  I8MM refused C7.2 UMMLA

# Advanced SIMD three different
letters Q=q z=vsize m=rm n=rn d=rd
SADDLv         0Q001110zz1mmmmm000000nnnnnddddd  ASIMD - C7.2 SADDL
SADDWv         0Q001110zz1mmmmm000100nnnnnddddd  ASIMD - C7.2 SADDW
SSUBLv         0Q001110zz1mmmmm001000nnnnnddddd  ASIMD - C7.2 SSUBL
SSUBWv         0Q001110zz1mmmmm001100nnnnnddddd  ASIMD - C7.2 SSUBW
ADDHNv         0Q001110zz1mmmmm010000nnnnnddddd  ASIMD - C7.2 ADDHN
SABALv         0Q001110zz1mmmmm010100nnnnnddddd  ASIMD - C7.2 SABAL
SUBHNv         0Q001110zz1mmmmm011000nnnnnddddd  ASIMD - C7.2 SUBHN
SABDLv         0Q001110zz1mmmmm011100nnnnnddddd  ASIMD - C7.2 SABDL
SMLALv         0Q001110zz1mmmmm100000nnnnnddddd  ASIMD - C7.2 SMLAL
SQDMLALv       0Q001110zz1mmmmm100100nnnnnddddd  ASIMD - C7.2 SQDMLAL
SMLSLv         0Q001110zz1mmmmm101000nnnnnddddd  ASIMD - C7.2 SMLSL
SQDMLSLv       0Q001110zz1mmmmm101100nnnnnddddd  ASIMD - C7.2 SQDMLSL
SMULLv         0Q001110zz1mmmmm110000nnnnnddddd  ASIMD - C7.2 SMULL
SQDMULLv       0Q001110zz1mmmmm110100nnnnnddddd  ASIMD - C7.2 SQDMULL
PMULLv         0Q001110001mmmmm111000nnnnnddddd  ASIMD - C7.2 PMULL
PMULLdv        0Q001110111mmmmm111000nnnnnddddd  PMULL - C7.2 PMULL
UADDLv         0Q101110zz1mmmmm000000nnnnnddddd  ASIMD - C7.2 UADDL
UADDWv         0Q101110zz1mmmmm000100nnnnnddddd  ASIMD - C7.2 UADDW
USUBLv         0Q101110zz1mmmmm001000nnnnnddddd  ASIMD - C7.2 USUBL
USUBWv         0Q101110zz1mmmmm001100nnnnnddddd  ASIMD - C7.2 USUBW
RADDHNv        0Q101110zz1mmmmm010000nnnnnddddd  ASIMD - C7.2 RADDHN
UABALv         0Q101110zz1mmmmm010100nnnnnddddd  ASIMD - C7.2 UABAL
RSUBHNv        0Q101110zz1mmmmm011000nnnnnddddd  ASIMD - C7.2 RSUBHN
UABDLv         0Q101110zz1mmmmm011100nnnnnddddd  ASIMD - C7.2 UABDL
UMLALv         0Q101110zz1mmmmm100000nnnnnddddd  ASIMD - C7.2 UMLAL
UMLSLv         0Q101110zz1mmmmm101000nnnnnddddd  ASIMD - C7.2 UMLSL
UMULLv         0Q101110zz1mmmmm110000nnnnnddddd  ASIMD - C7.2 UMULL

# Advanced SIMD two-register miscellaneous
letters Q=q z=vsize n=rn d=rd
REV64v         0Q001110zz100000000010nnnnnddddd  ASIMD - C7.2 REV64
REV16v         0Q001110zz100000000110nnnnnddddd  ASIMD - C7.2 REV16
SADDLPv        0Q001110zz100000001010nnnnnddddd  ASIMD - C7.2 SADDLP
SUQADDv        0Q001110zz100000001110nnnnnddddd  ASIMD - C7.2 SUQADD
CLSv           0Q001110zz100000010010nnnnnddddd  ASIMD - C7.2 CLS
CNTv           0Q001110zz100000010110nnnnnddddd  ASIMD - C7.2 CNT
SADALPv        0Q001110zz100000011010nnnnnddddd  ASIMD - C7.2 SADALP
SQABSv         0Q001110zz100000011110nnnnnddddd  ASIMD - C7.2 SQABS
CMGTvz         0Q001110zz100000100010nnnnnddddd  ASIMD - C7.2 CMGT
CMEQvz         0Q001110zz100000100110nnnnnddddd  ASIMD - C7.2 CMEQ
CMLTvz         0Q001110zz100000101010nnnnnddddd  ASIMD - C7.2 CMLT
ABSv           0Q001110zz100000101110nnnnnddddd  ASIMD - C7.2 ABS
XTNv           0Q001110zz100001001010nnnnnddddd  ASIMD - C7.2 XTN
SQXTNv         0Q001110zz100001010010nnnnnddddd  ASIMD - C7.2 SQXTN
letters Q=q z=fsz n=rn d=rd
FCVTNv         0Q0011100z100001011010nnnnnddddd  ASIMD - C7.2 FCVTN
FCVTLv         0Q0011100z100001011110nnnnnddddd  ASIMD - C7.2 FCVTL
FRINTNv        0Q0011100z100001100010nnnnnddddd  ASIMD - C7.2 FRINTN
FRINTMv        0Q0011100z100001100110nnnnnddddd  ASIMD - C7.2 FRINTM
FCVTNSv        0Q0011100z100001101010nnnnnddddd  ASIMD - C7.2 FCVTNS
FCVTMSv        0Q0011100z100001101110nnnnnddddd  ASIMD - C7.2 FCVTMS
FCVTASv        0Q0011100z100001110010nnnnnddddd  ASIMD - C7.2 FCVTAS
SCVTFv         0Q0011100z100001110110nnnnnddddd  ASIMD - C7.2 SCVTF
FRINT32Zv      0Q0011100x100001111010nnnnnddddd  FRINTTS refused C7.2 FRINT32Z
FRINT64Zv      0Q0011100x100001111110nnnnnddddd  FRINTTS refused C7.2 FRINT64Z
FCMGTvz        0Q0011101z100000110010nnnnnddddd  ASIMD - C7.2 FCMGT
FCMEQvz        0Q0011101z100000110110nnnnnddddd  ASIMD - C7.2 FCMEQ
FCMLTvz        0Q0011101z100000111010nnnnnddddd  ASIMD - C7.2 FCMLT
FABSv          0Q0011101z100000111110nnnnnddddd  ASIMD - C7.2 FABS
FRINTPv        0Q0011101z100001100010nnnnnddddd  ASIMD - C7.2 FRINTP
FRINTZv        0Q0011101z100001100110nnnnnddddd  ASIMD - C7.2 FRINTZ
FCVTPSv        0Q0011101z100001101010nnnnnddddd  ASIMD - C7.2 FCVTPS
FCVTZSv        0Q0011101z100001101110nnnnnddddd  ASIMD - C7.2 FCVTZS
URECPEv        0Q0011101z100001110010nnnnnddddd  ASIMD - C7.2 URECPE
FRECPEv        0Q0011101z100001110110nnnnnddddd  ASIMD - C7.2 FRECPE
BFCVTNv        0Q00111010100001011010nnnnnddddd  BF16 refused C7.2 BFCVTN
letters Q=q z=vsize n=rn d=rd
REV32v         0Q101110zz100000000010nnnnnddddd  ASIMD - C7.2 REV32
UADDLPv        0Q101110zz100000001010nnnnnddddd  ASIMD - C7.2 UADDLP
USQADDv        0Q101110zz100000001110nnnnnddddd  ASIMD - C7.2 USQADD
CLZv           0Q101110zz100000010010nnnnnddddd  ASIMD - C7.2 CLZ
UADALPv        0Q101110zz100000011010nnnnnddddd  ASIMD - C7.2 UADALP
SQNEGv         0Q101110zz100000011110nnnnnddddd  ASIMD - C7.2 SQNEG
CMGEvz         0Q101110zz100000100010nnnnnddddd  ASIMD - C7.2 CMGE
CMLEvz         0Q101110zz100000100110nnnnnddddd  ASIMD - C7.2 CMLE
NEGv           0Q101110zz100000101110nnnnnddddd  ASIMD - C7.2 NEG
SQXTUNv        0Q101110zz100001001010nnnnnddddd  ASIMD - C7.2 SQXTUN
SHLLv          0Q101110zz100001001110nnnnnddddd  ASIMD - C7.2 SHLL
UQXTNv         0Q101110zz100001010010nnnnnddddd  ASIMD - C7.2 UQXTN
FCVTXNv        0Q10111001100001011010nnnnnddddd  ASIMD - C7.2 FCVTXN
letters Q=q z=fsz n=rn d=rd
FRINTAv        0Q1011100z100001100010nnnnnddddd  ASIMD - C7.2 FRINTA
FRINTXv        0Q1011100z100001100110nnnnnddddd  ASIMD - C7.2 FRINTX
FCVTNUv        0Q1011100z100001101010nnnnnddddd  ASIMD - C7.2 FCVTNU
FCVTMUv        0Q1011100z100001101110nnnnnddddd  ASIMD - C7.2 FCVTMU
FCVTAUv        0Q1011100z100001110010nnnnnddddd  ASIMD - C7.2 FCVTAU
UCVTFv         0Q1011100z100001110110nnnnnddddd  ASIMD - C7.2 UCVTF
FRINT32Xv      0Q1011100x100001111010nnnnnddddd  FRINTTS refused C7.2 FRINT32X
FRINT64Xv      0Q1011100x100001111110nnnnnddddd  FRINTTS refused C7.2 FRINT64X
NOTv           0Q10111000100000010110nnnnnddddd  ASIMD - C7.2 NOT
F1CVTLv        0Q10111000100001011110nnnnnddddd  FP8 refused C7.2 F1CVTL
RBITv          0Q10111001100000010110nnnnnddddd  ASIMD - C7.2 RBIT
F2CVTLv        0Q10111001100001011110nnnnnddddd  FP8 refused C7.2 F2CVTL
FCMGEvz        0Q1011101z100000110010nnnnnddddd  ASIMD - C7.2 FCMGE
FCMLEvz        0Q1011101z100000110110nnnnnddddd  ASIMD - C7.2 FCMLE
FNEGv          0Q1011101z100000111110nnnnnddddd  ASIMD - C7.2 FNEG
FRINTIv        0Q1011101z100001100110nnnnnddddd  ASIMD - C7.2 FRINTI
FCVTPUv        0Q1011101z100001101010nnnnnddddd  ASIMD - C7.2 FCVTPU
FCVTZUv        0Q1011101z100001101110nnnnnddddd  ASIMD - C7.2 FCVTZU
URSQRTEv       0Q1011101z100001110010nnnnnddddd  ASIMD - C7.2 URSQRTE
FRSQRTEv       0Q1011101z100001110110nnnnnddddd  ASIMD - C7.2 FRSQRTE
FSQRTv         0Q1011101z100001111110nnnnnddddd  ASIMD - C7.2 FSQRT
BF1CVTLv       0Q10111010100001011110nnnnnddddd  FP8 refused C7.2 BF1CVTL
BF2CVTLv       0Q10111011100001011110nnnnnddddd  FP8 refused C7.2 BF2CVTL

# Advanced SIMD two-register miscellaneous (FP16)
letters Q=q n=rn d=rd
FRINTNhv       0Q00111001111001100010nnnnnddddd  FP16 refused C7.2 FRINTN
FRINTMhv       0Q00111001111001100110nnnnnddddd  FP16 refused C7.2 FRINTM
FCVTNShv       0Q00111001111001101010nnnnnddddd  FP16 refused C7.2 FCVTNS
FCVTMShv       0Q00111001111001101110nnnnnddddd  FP16 refused C7.2 FCVTMS
FCVTAShv       0Q00111001111001110010nnnnnddddd  FP16 refused C7.2 FCVTAS
SCVTFhv        0Q00111001111001110110nnnnnddddd  FP16 refused C7.2 SCVTF
FCMGThvz       0Q00111011111000110010nnnnnddddd  FP16 refused C7.2 FCMGT
FCMEQhvz       0Q00111011111000110110nnnnnddddd  FP16 refused C7.2 FCMEQ
FCMLThvz       0Q00111011111000111010nnnnnddddd  FP16 refused C7.2 FCMLT
FABShv         0Q00111011111000111110nnnnnddddd  FP16 refused C7.2 FABS
FRINTPhv       0Q00111011111001100010nnnnnddddd  FP16 refused C7.2 FRINTP
FRINTZhv       0Q00111011111001100110nnnnnddddd  FP16 refused C7.2 FRINTZ
FCVTPShv       0Q00111011111001101010nnnnnddddd  FP16 refused C7.2 FCVTPS
FCVTZShv       0Q00111011111001101110nnnnnddddd  FP16 refused C7.2 FCVTZS
FRECPEhv       0Q00111011111001110110nnnnnddddd  FP16 refused C7.2 FRECPE
FRINTAhv       0Q10111001111001100010nnnnnddddd  FP16 refused C7.2 FRINTA
FRINTXhv       0Q10111001111001100110nnnnnddddd  FP16 refused C7.2 FRINTX
FCVTNUhv       0Q10111001111001101010nnnnnddddd  FP16 refused C7.2 FCVTNU
FCVTMUhv       0Q10111001111001101110nnnnnddddd  FP16 refused C7.2 FCVTMU
FCVTAUhv       0Q10111001111001110010nnnnnddddd  FP16 refused C7.2 FCVTAU
UCVTFhv        0Q10111001111001110110nnnnnddddd  FP16 refused C7.2 UCVTF
FCMGEhvz       0Q10111011111000110010nnnnnddddd  FP16 refused C7.2 FCMGE
FCMLEhvz       0Q10111011111000110110nnnnnddddd  FP16 refused C7.2 FCMLE
FNEGhv         0Q10111011111000111110nnnnnddddd  FP16 refused C7.2 FNEG
FRINTIhv       0Q10111011111001100110nnnnnddddd  FP16 refused C7.2 FRINTI
FCVTPUhv       0Q10111011111001101010nnnnnddddd  FP16 refused C7.2 FCVTPU
FCVTZUhv       0Q10111011111001101110nnnnnddddd  FP16 refused C7.2 FCVTZU
FRSQRTEhv      0Q10111011111001110110nnnnnddddd  FP16 refused C7.2 FRSQRTE
FSQRThv        0Q10111011111001111110nnnnnddddd  FP16 refused C7.2 FSQRT

# Advanced SIMD across lanes
letters Q=q z=vsize n=rn d=rd
SADDLVv        0Q001110zz110000001110nnnnnddddd  ASIMD - C7.2 SADDLV
SMAXVv         0Q001110zz110000101010nnnnnddddd  ASIMD - C7.2 SMAXV
SMINVv         0Q001110zz110001101010nnnnnddddd  ASIMD - C7.2 SMINV
ADDVv          0Q001110zz110001101110nnnnnddddd  ASIMD - C7.2 ADDV
FMAXNMVhv      0Q00111000110000110010nnnnnddddd  FP16 refused C7.2 FMAXNMV
FMAXVhv        0Q00111000110000111110nnnnnddddd  FP16 refused C7.2 FMAXV
FMINNMVhv      0Q00111010110000110010nnnnnddddd  FP16 refused C7.2 FMINNMV
FMINVhv        0Q00111010110000111110nnnnnddddd  FP16 refused C7.2 FMINV
UADDLVv        0Q101110zz110000001110nnnnnddddd  ASIMD - C7.2 UADDLV
UMAXVv         0Q101110zz110000101010nnnnnddddd  ASIMD - C7.2 UMAXV
UMINVv         0Q101110zz110001101010nnnnnddddd  ASIMD - C7.2 UMINV
FMAXNMVv       0110111000110000110010nnnnnddddd  ASIMD - C7.2 FMAXNMV
FMAXVv         0110111000110000111110nnnnnddddd  ASIMD - C7.2 FMAXV
FMINNMVv       0110111010110000110010nnnnnddddd  ASIMD - C7.2 FMINNMV
FMINVv         0110111010110000111110nnnnnddddd  ASIMD - C7.2 FMINV

# Advanced SIMD copy
letters Q=q i=imm5 n=rn d=rd
DUPv           0Q001110000iiiii000001nnnnnddddd  ASIMD - C7.2 DUP
DUPr           0Q001110000iiiii000011nnnnnddddd  ASIMD - C7.2 DUP
SMOVw          00001110000iiiii001011nnnnnddddd  ASIMD - C7.2 SMOV
UMOVw          00001110000iiiii001111nnnnnddddd  ASIMD - C7.2 UMOV
INSr           01001110000iiiii000111nnnnnddddd  ASIMD - C7.2 INS
SMOVx          01001110000iiiii001011nnnnnddddd  ASIMD - C7.2 SMOV
letters i=idxm n=rn d=rd
UMOVx          01001110000i1000001111nnnnnddddd  ASIMD - C7.2 UMOV
letters i=imm5 j=imm4 n=rn d=rd
INSv           01101110000iiiii0jjjj1nnnnnddddd  ASIMD - C7.2 INS

# Advanced SIMD vector x indexed element
letters Q=q z=vsize L=idxl M=idxm m=rmlo H=idxh n=rn d=rd
SMLALe         0Q001111zzLMmmmm0010H0nnnnnddddd  ASIMD - C7.2 SMLAL
SQDMLALe       0Q001111zzLMmmmm0011H0nnnnnddddd  ASIMD - C7.2 SQDMLAL
SMLSLe         0Q001111zzLMmmmm0110H0nnnnnddddd  ASIMD - C7.2 SMLSL
SQDMLSLe       0Q001111zzLMmmmm0111H0nnnnnddddd  ASIMD - C7.2 SQDMLSL
MULe           0Q001111zzLMmmmm1000H0nnnnnddddd  ASIMD - C7.2 MUL
SMULLe         0Q001111zzLMmmmm1010H0nnnnnddddd  ASIMD - C7.2 SMULL
SQDMULLe       0Q001111zzLMmmmm1011H0nnnnnddddd  ASIMD - C7.2 SQDMULL
SQDMULHe       0Q001111zzLMmmmm1100H0nnnnnddddd  ASIMD - C7.2 SQDMULH
SQRDMULHe      0Q001111zzLMmmmm1101H0nnnnnddddd  ASIMD - C7.2 SQRDMULH
SDOTe          0Q001111xxxxmmmm1110x0nnnnnddddd  DotProd refused C7.2 SDOT
FDOTDe         0Q00111100xxmmmm0000x0nnnnnddddd  FP8 refused C7.2 FDOT
FMLAhe         0Q00111100xxmmmm0001x0nnnnnddddd  FP16 refused C7.2 FMLA
FMLShe         0Q00111100xxmmmm0101x0nnnnnddddd  FP16 refused C7.2 FMLS
FMULhe         0Q00111100xxmmmm1001x0nnnnnddddd  FP16 refused C7.2 FMUL
SUDOTe         0Q00111100xxmmmm1111x0nnnnnddddd  I8MM refused C7.2 SUDOT
FDOTGe         0Q00111101xxmmmm0000x0nnnnnddddd  FP8 refused C7.2 FDOT
FDOTFP16FP32e  0Q00111101xxmmmm1001x0nnnnnddddd  FP8 refused C7.2 FDOT
BFDOTe         0Q00111101xxmmmm1111x0nnnnnddddd  BF16 refused C7.2 BFDOT
letters Q=q z=fsz L=idxl M=idxm m=rmlo H=idxh n=rn d=rd
FMLAe          0Q0011111zLMmmmm0001H0nnnnnddddd  ASIMD - C7.2 FMLA
FMLSe          0Q0011111zLMmmmm0101H0nnnnnddddd  ASIMD - C7.2 FMLS
FMULe          0Q0011111zLMmmmm1001H0nnnnnddddd  ASIMD - C7.2 FMUL
FMLALe         0Q00111110xxmmmm0000x0nnnnnddddd  FHM refused C7.2 FMLAL
FMLSLe         0Q00111110xxmmmm0100x0nnnnnddddd  FHM refused C7.2 FMLSL
USDOTe         0Q00111110xxmmmm1111x0nnnnnddddd  I8MM refused C7.2 USDOT
BFMLALe        0Q00111111xxmmmm1111x0nnnnnddddd  BF16 refused C7.2 BFMLAL
letters Q=q z=vsize L=idxl M=idxm m=rmlo H=idxh n=rn d=rd
MLAe           0Q101111zzLMmmmm0000H0nnnnnddddd  ASIMD - C7.2 MLA
UMLALe         0Q101111zzLMmmmm0010H0nnnnnddddd  ASIMD - C7.2 UMLAL
MLSe           0Q101111zzLMmmmm0100H0nnnnnddddd  ASIMD - C7.2 MLS
UMLSLe         0Q101111zzLMmmmm0110H0nnnnnddddd  ASIMD - C7.2 UMLSL
UMULLe         0Q101111zzLMmmmm1010H0nnnnnddddd  ASIMD - C7.2 UMULL
SQRDMLAHe      0Q101111xxxxmmmm1101x0nnnnnddddd  RDM refused C7.2 SQRDMLAH
UDOTe          0Q101111xxxxmmmm1110x0nnnnnddddd  DotProd refused C7.2 UDOT
SQRDMLSHe      0Q101111xxxxmmmm1111x0nnnnnddddd  RDM refused C7.2 SQRDMLSH
FMULXhe        0Q10111100xxmmmm1001x0nnnnnddddd  FP16 refused C7.2 FMULX
FCMLAe         0Q101111xxxxmmmm0xx1x0nnnnnddddd  FCMA refused C7.2 FCMLA
letters Q=q z=fsz L=idxl M=idxm m=rmlo H=idxh n=rn d=rd
FMULXe         0Q1011111zLMmmmm1001H0nnnnnddddd  ASIMD - C7.2 FMULX
FMLAL2e        0Q10111110xxmmmm1000x0nnnnnddddd  FHM refused C7.2 FMLAL2
FMLSL2e        0Q10111110xxmmmm1100x0nnnnnddddd  FHM refused C7.2 FMLSL2
FMLALBe        0000111111xxmmmm0000x0nnnnnddddd  FP8 refused C7.2 FMLALB
FMLALLBBe      0010111100xxmmmm1000x0nnnnnddddd  FP8 refused C7.2 FMLALLBB
FMLALLBTe      0010111101xxmmmm1000x0nnnnnddddd  FP8 refused C7.2 FMLALLBT
FMLALTe        0100111111xxmmmm0000x0nnnnnddddd  FP8 refused C7.2 FMLALT
FMLALLTBe      0110111100xxmmmm1000x0nnnnnddddd  FP8 refused C7.2 FMLALLTB
FMLALLTTe      0110111101xxmmmm1000x0nnnnnddddd  FP8 refused C7.2 FMLALLTT

# Advanced SIMD modified immediate
letters Q=q i=immabc j=immdefgh d=rd
MOVIlsl        0Q00111100000iii0xx001jjjjjddddd  ASIMD prio=1 C7.2 MOVI
ORRlsl         0Q00111100000iii0xx101jjjjjddddd  ASIMD prio=1 C7.2 ORR
MOVIlhl        0Q00111100000iii10x001jjjjjddddd  ASIMD prio=1 C7.2 MOVI
ORRlhl         0Q00111100000iii10x101jjjjjddddd  ASIMD prio=1 C7.2 ORR
MOVImsm        0Q00111100000iii110x01jjjjjddddd  ASIMD prio=1 C7.2 MOVI
MOVInb         0Q00111100000iii111001jjjjjddddd  ASIMD prio=1 C7.2 MOVI
FMOVss         0Q00111100000iii111101jjjjjddddd  ASIMD prio=1 C7.2 FMOV
FMOVhh         0Q00111100000xxx111111xxxxxddddd  FP16 refused,prio=1 C7.2 FMOV
MVNIlsl        0Q10111100000iii0xx001jjjjjddddd  ASIMD prio=1 C7.2 MVNI
BIClsl         0Q10111100000iii0xx101jjjjjddddd  ASIMD prio=1 C7.2 BIC
MVNIlhl        0Q10111100000iii10x001jjjjjddddd  ASIMD prio=1 C7.2 MVNI
BIClhl         0Q10111100000iii10x101jjjjjddddd  ASIMD prio=1 C7.2 BIC
MVNImsm        0Q10111100000iii110x01jjjjjddddd  ASIMD prio=1 C7.2 MVNI
MOVIdds        0010111100000iii111001jjjjjddddd  ASIMD prio=1 C7.2 MOVI
MOVId2d        0110111100000iii111001jjjjjddddd  ASIMD prio=1 C7.2 MOVI
FMOVd2d        0110111100000iii111101jjjjjddddd  ASIMD prio=1 C7.2 FMOV

# Advanced SIMD shift by immediate
letters Q=q h=immh b=immb n=rn d=rd
SSHRvi         0Q0011110hhhhbbb000001nnnnnddddd  ASIMD - C7.2 SSHR
SSRAvi         0Q0011110hhhhbbb000101nnnnnddddd  ASIMD - C7.2 SSRA
SRSHRvi        0Q0011110hhhhbbb001001nnnnnddddd  ASIMD - C7.2 SRSHR
SRSRAvi        0Q0011110hhhhbbb001101nnnnnddddd  ASIMD - C7.2 SRSRA
SHLvi          0Q0011110hhhhbbb010101nnnnnddddd  ASIMD - C7.2 SHL
SQSHLvi        0Q0011110hhhhbbb011101nnnnnddddd  ASIMD - C7.2 SQSHL
SHRNvi         0Q0011110hhhhbbb100001nnnnnddddd  ASIMD - C7.2 SHRN
RSHRNvi        0Q0011110hhhhbbb100011nnnnnddddd  ASIMD - C7.2 RSHRN
SQSHRNvi       0Q0011110hhhhbbb100101nnnnnddddd  ASIMD - C7.2 SQSHRN
SQRSHRNvi      0Q0011110hhhhbbb100111nnnnnddddd  ASIMD - C7.2 SQRSHRN
SSHLLvi        0Q0011110hhhhbbb101001nnnnnddddd  ASIMD - C7.2 SSHLL
SCVTFvi        0Q0011110hhhhbbb111001nnnnnddddd  ASIMD - C7.2 SCVTF
FCVTZSvi       0Q0011110hhhhbbb111111nnnnnddddd  ASIMD - C7.2 FCVTZS
USHRvi         0Q1011110hhhhbbb000001nnnnnddddd  ASIMD - C7.2 USHR
USRAvi         0Q1011110hhhhbbb000101nnnnnddddd  ASIMD - C7.2 USRA
URSHRvi        0Q1011110hhhhbbb001001nnnnnddddd  ASIMD - C7.2 URSHR
URSRAvi        0Q1011110hhhhbbb001101nnnnnddddd  ASIMD - C7.2 URSRA
SRIvi          0Q1011110hhhhbbb010001nnnnnddddd  ASIMD - C7.2 SRI
SLIvi          0Q1011110hhhhbbb010101nnnnnddddd  ASIMD - C7.2 SLI
SQSHLUvi       0Q1011110hhhhbbb011001nnnnnddddd  ASIMD - C7.2 SQSHLU
UQSHLvi        0Q1011110hhhhbbb011101nnnnnddddd  ASIMD - C7.2 UQSHL
SQSHRUNvi      0Q1011110hhhhbbb100001nnnnnddddd  ASIMD - C7.2 SQSHRUN
SQRSHRUNvi     0Q1011110hhhhbbb100011nnnnnddddd  ASIMD - C7.2 SQRSHRUN
UQSHRNvi       0Q1011110hhhhbbb100101nnnnnddddd  ASIMD - C7.2 UQSHRN
UQRSHRNvi      0Q1011110hhhhbbb100111nnnnnddddd  ASIMD - C7.2 UQRSHRN
USHLLvi        0Q1011110hhhhbbb101001nnnnnddddd  ASIMD - C7.2 USHLL
UCVTFvi        0Q1011110hhhhbbb111001nnnnnddddd  ASIMD - C7.2 UCVTF
FCVTZUvi       0Q1011110hhhhbbb111111nnnnnddddd  ASIMD - C7.2 FCVTZU

# Advanced SIMD table lookup
letters Q=q m=rm l=rot13 n=rn d=rd
TBLv           0Q001110000mmmmm0ll000nnnnnddddd  ASIMD - C7.2 TBL
TBXv           0Q001110000mmmmm0ll100nnnnnddddd  ASIMD - C7.2 TBX
LUTI4L7v       01001110010mmmmm0xx100nnnnnddddd  LUT refused C7.2 LUTI4
LUTI4L5v       01001110010mmmmm0x1000nnnnnddddd  LUT refused C7.2 LUTI4
LUTI2L5v       01001110100mmmmm0xx100nnnnnddddd  LUT refused C7.2 LUTI2
LUTI2L6v       01001110110mmmmm0xxx00nnnnnddddd  LUT refused C7.2 LUTI2

# Advanced SIMD permute
letters Q=q z=vsize m=rm n=rn d=rd
UZP1v          0Q001110zz0mmmmm000110nnnnnddddd  ASIMD - C7.2 UZP1
TRN1v          0Q001110zz0mmmmm001010nnnnnddddd  ASIMD - C7.2 TRN1
ZIP1v          0Q001110zz0mmmmm001110nnnnnddddd  ASIMD - C7.2 ZIP1
UZP2v          0Q001110zz0mmmmm010110nnnnnddddd  ASIMD - C7.2 UZP2
TRN2v          0Q001110zz0mmmmm011010nnnnnddddd  ASIMD - C7.2 TRN2
ZIP2v          0Q001110zz0mmmmm011110nnnnnddddd  ASIMD - C7.2 ZIP2

# Advanced SIMD extract
letters Q=q m=rm j=imm4 n=rn d=rd
EXTv           0Q101110000mmmmm0jjjj0nnnnnddddd  ASIMD - C7.2 EXT

# Advanced SIMD scalar three same
letters z=vsize m=rm n=rn d=rd
SQADDsv        01011110zz1mmmmm000011nnnnnddddd  ASIMD - C7.2 SQADD
SQSUBsv        01011110zz1mmmmm001011nnnnnddddd  ASIMD - C7.2 SQSUB
CMGTsv         01011110111mmmmm001101nnnnnddddd  ASIMD - C7.2 CMGT
CMGEsv         01011110111mmmmm001111nnnnnddddd  ASIMD - C7.2 CMGE
SSHLsv         01011110111mmmmm010001nnnnnddddd  ASIMD - C7.2 SSHL
SQSHLsv        01011110zz1mmmmm010011nnnnnddddd  ASIMD - C7.2 SQSHL
SRSHLsv        01011110111mmmmm010101nnnnnddddd  ASIMD - C7.2 SRSHL
SQRSHLsv       01011110zz1mmmmm010111nnnnnddddd  ASIMD - C7.2 SQRSHL
ADDsv          01011110111mmmmm100001nnnnnddddd  ASIMD - C7.2 ADD
CMTSTsv        01011110111mmmmm100011nnnnnddddd  ASIMD - C7.2 CMTST
SQDMULHsv      01011110zz1mmmmm101101nnnnnddddd  ASIMD - C7.2 SQDMULH
letters z=fsz m=rm n=rn d=rd
FMULXsv        010111100z1mmmmm110111nnnnnddddd  ASIMD - C7.2 FMULX
FCMEQsv        010111100z1mmmmm111001nnnnnddddd  ASIMD - C7.2 FCMEQ
FRECPSsv       010111100z1mmmmm111111nnnnnddddd  ASIMD - C7.2 FRECPS
FRSQRTSsv      010111101z1mmmmm111111nnnnnddddd  ASIMD - C7.2 FRSQRTS
letters z=vsize m=rm n=rn d=rd
UQADDsv        01111110zz1mmmmm000011nnnnnddddd  ASIMD - C7.2 UQADD
UQSUBsv        01111110zz1mmmmm001011nnnnnddddd  ASIMD - C7.2 UQSUB
CMHIsv         01111110111mmmmm001101nnnnnddddd  ASIMD - C7.2 CMHI
CMHSsv         01111110111mmmmm001111nnnnnddddd  ASIMD - C7.2 CMHS
USHLsv         01111110111mmmmm010001nnnnnddddd  ASIMD - C7.2 USHL
UQSHLsv        01111110zz1mmmmm010011nnnnnddddd  ASIMD - C7.2 UQSHL
URSHLsv        01111110111mmmmm010101nnnnnddddd  ASIMD - C7.2 URSHL
UQRSHLsv       01111110zz1mmmmm010111nnnnnddddd  ASIMD - C7.2 UQRSHL
SUBsv          01111110111mmmmm100001nnnnnddddd  ASIMD - C7.2 SUB
CMEQsv         01111110111mmmmm100011nnnnnddddd  ASIMD - C7.2 CMEQ
SQRDMULHsv     01111110zz1mmmmm101101nnnnnddddd  ASIMD - C7.2 SQRDMULH
letters z=fsz m=rm n=rn d=rd
FCMGEsv        011111100z1mmmmm111001nnnnnddddd  ASIMD - C7.2 FCMGE
FACGEsv        011111100z1mmmmm111011nnnnnddddd  ASIMD - C7.2 FACGE
FABDsv         011111101z1mmmmm110101nnnnnddddd  ASIMD - C7.2 FABD
FCMGTsv        011111101z1mmmmm111001nnnnnddddd  ASIMD - C7.2 FCMGT
FACGTsv        011111101z1mmmmm111011nnnnnddddd  ASIMD - C7.2 FACGT

# Advanced SIMD scalar three same (FP16)
letters m=rm n=rn d=rd
FMULXhsv       01011110010mmmmm000111nnnnnddddd  FP16 refused C7.2 FMULX
FCMEQhsv       01011110010mmmmm001001nnnnnddddd  FP16 refused C7.2 FCMEQ
FRECPShsv      01011110010mmmmm001111nnnnnddddd  FP16 refused C7.2 FRECPS
FRSQRTShsv     01011110110mmmmm001111nnnnnddddd  FP16 refused C7.2 FRSQRTS
FCMGEhsv       01111110010mmmmm001001nnnnnddddd  FP16 refused C7.2 FCMGE
FACGEhsv       01111110010mmmmm001011nnnnnddddd  FP16 refused C7.2 FACGE
FABDhsv        01111110110mmmmm000101nnnnnddddd  FP16 refused C7.2 FABD
FCMGThsv       01111110110mmmmm001001nnnnnddddd  FP16 refused C7.2 FCMGT
FACGThsv       01111110110mmmmm001011nnnnnddddd  FP16 refused C7.2 FACGT

# Advanced SIMD scalar three same extra
letters m=rm n=rn d=rd
SQRDMLAHsv     01111110xx0mmmmm100001nnnnnddddd  RDM refused C7.2 SQRDMLAH
SQRDMLSHsv     01111110xx0mmmmm100011nnnnnddddd  RDM refused C7.2 SQRDMLSH

# Advanced SIMD scalar three different
letters z=vsize m=rm n=rn d=rd
SQDMLALsv      01011110zz1mmmmm100100nnnnnddddd  ASIMD - C7.2 SQDMLAL
SQDMLSLsv      01011110zz1mmmmm101100nnnnnddddd  ASIMD - C7.2 SQDMLSL
SQDMULLsv      01011110zz1mmmmm110100nnnnnddddd  ASIMD - C7.2 SQDMULL

# Advanced SIMD scalar two-register miscellaneous
letters z=vsize n=rn d=rd
SUQADDsv       01011110zz100000001110nnnnnddddd  ASIMD - C7.2 SUQADD
SQABSsv        01011110zz100000011110nnnnnddddd  ASIMD - C7.2 SQABS
CMGTsvz        0101111011100000100010nnnnnddddd  ASIMD - C7.2 CMGT
CMEQsvz        0101111011100000100110nnnnnddddd  ASIMD - C7.2 CMEQ
CMLTsvz        0101111011100000101010nnnnnddddd  ASIMD - C7.2 CMLT
ABSsv          0101111011100000101110nnnnnddddd  ASIMD - C7.2 ABS
SQXTNsv        01011110zz100001010010nnnnnddddd  ASIMD - C7.2 SQXTN
letters z=fsz n=rn d=rd
FCVTNSsv       010111100z100001101010nnnnnddddd  ASIMD - C7.2 FCVTNS
FCVTMSsv       010111100z100001101110nnnnnddddd  ASIMD - C7.2 FCVTMS
FCVTASsv       010111100z100001110010nnnnnddddd  ASIMD - C7.2 FCVTAS
SCVTFsv        010111100z100001110110nnnnnddddd  ASIMD - C7.2 SCVTF
FCMGTsvz       010111101z100000110010nnnnnddddd  ASIMD - C7.2 FCMGT
FCMEQsvz       010111101z100000110110nnnnnddddd  ASIMD - C7.2 FCMEQ
FCMLTsvz       010111101z100000111010nnnnnddddd  ASIMD - C7.2 FCMLT
FCVTPSsv       010111101z100001101010nnnnnddddd  ASIMD - C7.2 FCVTPS
FCVTZSsv       010111101z100001101110nnnnnddddd  ASIMD - C7.2 FCVTZS
FRECPEsv       010111101z100001110110nnnnnddddd  ASIMD - C7.2 FRECPE
FRECPXsv       010111101z100001111110nnnnnddddd  ASIMD - C7.2 FRECPX
letters z=vsize n=rn d=rd
USQADDsv       01111110zz100000001110nnnnnddddd  ASIMD - C7.2 USQADD
SQNEGsv        01111110zz100000011110nnnnnddddd  ASIMD - C7.2 SQNEG
CMGEsvz        0111111011100000100010nnnnnddddd  ASIMD - C7.2 CMGE
CMLEsvz        0111111011100000100110nnnnnddddd  ASIMD - C7.2 CMLE
NEGsv          0111111011100000101110nnnnnddddd  ASIMD - C7.2 NEG
SQXTUNsv       01111110zz100001001010nnnnnddddd  ASIMD - C7.2 SQXTUN
UQXTNsv        01111110zz100001010010nnnnnddddd  ASIMD - C7.2 UQXTN
FCVTXNsv       0111111001100001011010nnnnnddddd  ASIMD - C7.2 FCVTXN
letters z=fsz n=rn d=rd
FCVTNUsv       011111100z100001101010nnnnnddddd  ASIMD - C7.2 FCVTNU
FCVTMUsv       011111100z100001101110nnnnnddddd  ASIMD - C7.2 FCVTMU
FCVTAUsv       011111100z100001110010nnnnnddddd  ASIMD - C7.2 FCVTAU
UCVTFsv        011111100z100001110110nnnnnddddd  ASIMD - C7.2 UCVTF
FCMGEsvz       011111101z100000110010nnnnnddddd  ASIMD - C7.2 FCMGE
FCMLEsvz       011111101z100000110110nnnnnddddd  ASIMD - C7.2 FCMLE
FCVTPUsv       011111101z100001101010nnnnnddddd  ASIMD - C7.2 FCVTPU
FCVTZUsv       011111101z100001101110nnnnnddddd  ASIMD - C7.2 FCVTZU
FRSQRTEsv      011111101z100001110110nnnnnddddd  ASIMD - C7.2 FRSQRTE

# Advanced SIMD scalar two-register miscellaneous (FP16)
letters n=rn d=rd
FCVTNShsv      0101111001111001101010nnnnnddddd  FP16 refused C7.2 FCVTNS
FCVTMShsv      0101111001111001101110nnnnnddddd  FP16 refused C7.2 FCVTMS
FCVTAShsv      0101111001111001110010nnnnnddddd  FP16 refused C7.2 FCVTAS
SCVTFhsv       0101111001111001110110nnnnnddddd  FP16 refused C7.2 SCVTF
FCMGThsvz      0101111011111000110010nnnnnddddd  FP16 refused C7.2 FCMGT
FCMEQhsvz      0101111011111000110110nnnnnddddd  FP16 refused C7.2 FCMEQ
FCMLThsvz      0101111011111000111010nnnnnddddd  FP16 refused C7.2 FCMLT
FCVTPShsv      0101111011111001101010nnnnnddddd  FP16 refused C7.2 FCVTPS
FCVTZShsv      0101111011111001101110nnnnnddddd  FP16 refused C7.2 FCVTZS
FRECPEhsv      0101111011111001110110nnnnnddddd  FP16 refused C7.2 FRECPE
FRECPXhsv      0101111011111001111110nnnnnddddd  FP16 refused C7.2 FRECPX
FCVTNUhsv      0111111001111001101010nnnnnddddd  FP16 refused C7.2 FCVTNU
FCVTMUhsv      0111111001111001101110nnnnnddddd  FP16 refused C7.2 FCVTMU
FCVTAUhsv      0111111001111001110010nnnnnddddd  FP16 refused C7.2 FCVTAU
UCVTFhsv       0111111001111001110110nnnnnddddd  FP16 refused C7.2 UCVTF
FCMGEhsvz      0111111011111000110010nnnnnddddd  FP16 refused C7.2 FCMGE
FCMLEhsvz      0111111011111000110110nnnnnddddd  FP16 refused C7.2 FCMLE
FCVTPUhsv      0111111011111001101010nnnnnddddd  FP16 refused C7.2 FCVTPU
FCVTZUhsv      0111111011111001101110nnnnnddddd  FP16 refused C7.2 FCVTZU
FRSQRTEhsv     0111111011111001110110nnnnnddddd  FP16 refused C7.2 FRSQRTE

# Advanced SIMD scalar copy
letters i=imm5 n=rn d=rd
DUPelsv        01011110000iiiii000001nnnnnddddd  ASIMD - C7.2 DUP

# Advanced SIMD scalar pairwise
letters n=rn d=rd z=fsz
ADDPsp         0101111011110001101110nnnnnddddd  ASIMD - C7.2 ADDP
FMAXNMPhsp     0101111000110000110010nnnnnddddd  FP16 refused C7.2 FMAXNMP
FADDPhsp       0101111000110000110110nnnnnddddd  FP16 refused C7.2 FADDP
FMAXPhsp       0101111000110000111110nnnnnddddd  FP16 refused C7.2 FMAXP
FMINNMPhsp     0101111010110000110010nnnnnddddd  FP16 refused C7.2 FMINNMP
FMINPhsp       0101111010110000111110nnnnnddddd  FP16 refused C7.2 FMINP
FMAXNMPsp      011111100z110000110010nnnnnddddd  ASIMD - C7.2 FMAXNMP
FADDPsp        011111100z110000110110nnnnnddddd  ASIMD - C7.2 FADDP
FMAXPsp        011111100z110000111110nnnnnddddd  ASIMD - C7.2 FMAXP
FMINNMPsp      011111101z110000110010nnnnnddddd  ASIMD - C7.2 FMINNMP
FMINPsp        011111101z110000111110nnnnnddddd  ASIMD - C7.2 FMINP

# Advanced SIMD scalar x indexed element
letters z=vsize L=idxl M=idxm m=rmlo H=idxh n=rn d=rd
SQDMLALse      01011111zzLMmmmm0011H0nnnnnddddd  ASIMD - C7.2 SQDMLAL
SQDMLSLse      01011111zzLMmmmm0111H0nnnnnddddd  ASIMD - C7.2 SQDMLSL
SQDMULLse      01011111zzLMmmmm1011H0nnnnnddddd  ASIMD - C7.2 SQDMULL
SQDMULHse      01011111zzLMmmmm1100H0nnnnnddddd  ASIMD - C7.2 SQDMULH
SQRDMULHse     01011111zzLMmmmm1101H0nnnnnddddd  ASIMD - C7.2 SQRDMULH
FMLAhse        0101111100xxmmmm0001x0nnnnnddddd  FP16 refused C7.2 FMLA
FMLShse        0101111100xxmmmm0101x0nnnnnddddd  FP16 refused C7.2 FMLS
FMULhse        0101111100xxmmmm1001x0nnnnnddddd  FP16 refused C7.2 FMUL
letters z=fsz L=idxl M=idxm m=rmlo H=idxh n=rn d=rd
FMLAse         010111111zLMmmmm0001H0nnnnnddddd  ASIMD - C7.2 FMLA
FMLSse         010111111zLMmmmm0101H0nnnnnddddd  ASIMD - C7.2 FMLS
FMULse         010111111zLMmmmm1001H0nnnnnddddd  ASIMD - C7.2 FMUL
SQRDMLAHse     01111111xxxxmmmm1101x0nnnnnddddd  RDM refused C7.2 SQRDMLAH
SQRDMLSHse     01111111xxxxmmmm1111x0nnnnnddddd  RDM refused C7.2 SQRDMLSH
FMULXhse       0111111100xxmmmm1001x0nnnnnddddd  FP16 refused C7.2 FMULX
FMULXse        011111111zLMmmmm1001H0nnnnnddddd  ASIMD - C7.2 FMULX

# Advanced SIMD scalar shift by immediate
letters h=immh3 b=immb n=rn d=rd
SSHRsvi        0101111101hhhbbb000001nnnnnddddd  ASIMD - C7.2 SSHR
SSRAsvi        0101111101hhhbbb000101nnnnnddddd  ASIMD - C7.2 SSRA
SRSHRsvi       0101111101hhhbbb001001nnnnnddddd  ASIMD - C7.2 SRSHR
SRSRAsvi       0101111101hhhbbb001101nnnnnddddd  ASIMD - C7.2 SRSRA
SHLsvi         0101111101hhhbbb010101nnnnnddddd  ASIMD - C7.2 SHL
letters h=immh b=immb n=rn d=rd
SQSHLsvi       010111110hhhhbbb011101nnnnnddddd  ASIMD - C7.2 SQSHL
SQSHRNsvi      010111110hhhhbbb100101nnnnnddddd  ASIMD - C7.2 SQSHRN
SQRSHRNsvi     010111110hhhhbbb100111nnnnnddddd  ASIMD - C7.2 SQRSHRN
SCVTFsvi       010111110hhhhbbb111001nnnnnddddd  ASIMD - C7.2 SCVTF
FCVTZSsvi      010111110hhhhbbb111111nnnnnddddd  ASIMD - C7.2 FCVTZS
letters h=immh3 b=immb n=rn d=rd
USHRsvi        0111111101hhhbbb000001nnnnnddddd  ASIMD - C7.2 USHR
USRAsvi        0111111101hhhbbb000101nnnnnddddd  ASIMD - C7.2 USRA
URSHRsvi       0111111101hhhbbb001001nnnnnddddd  ASIMD - C7.2 URSHR
URSRAsvi       0111111101hhhbbb001101nnnnnddddd  ASIMD - C7.2 URSRA
SRIsvi         0111111101hhhbbb010001nnnnnddddd  ASIMD - C7.2 SRI
SLIsvi         0111111101hhhbbb010101nnnnnddddd  ASIMD - C7.2 SLI
letters h=immh b=immb n=rn d=rd
SQSHLUsvi      011111110hhhhbbb011001nnnnnddddd  ASIMD - C7.2 SQSHLU
UQSHLsvi       011111110hhhhbbb011101nnnnnddddd  ASIMD - C7.2 UQSHL
SQSHRUNsvi     011111110hhhhbbb100001nnnnnddddd  ASIMD - C7.2 SQSHRUN
SQRSHRUNsvi    011111110hhhhbbb100011nnnnnddddd  ASIMD - C7.2 SQRSHRUN
UQSHRNsvi      011111110hhhhbbb100101nnnnnddddd  ASIMD - C7.2 UQSHRN
UQRSHRNsvi     011111110hhhhbbb100111nnnnnddddd  ASIMD - C7.2 UQRSHRN
UCVTFsvi       011111110hhhhbbb111001nnnnnddddd  ASIMD - C7.2 UCVTF
FCVTZUsvi      011111110hhhhbbb111111nnnnnddddd  ASIMD - C7.2 FCVTZU

# Cryptographic AES
letters n=rn d=rd
AESE           0100111000101000010010nnnnnddddd  AES - C7.2 AESE
AESD           0100111000101000010110nnnnnddddd  AES - C7.2 AESD
AESMC          0100111000101000011010nnnnnddddd  AES - C7.2 AESMC
AESIMC         0100111000101000011110nnnnnddddd  AES - C7.2 AESIMC

# Cryptographic two-register SHA
letters n=rn d=rd
SHA1H          0101111000101000000010nnnnnddddd  SHA1 refused C7.2 SHA1H
SHA1SU1        0101111000101000000110nnnnnddddd  SHA1 refused C7.2 SHA1SU1
SHA256SU0      0101111000101000001010nnnnnddddd  SHA256 refused C7.2 SHA256SU0

# Cryptographic three-register SHA
letters m=rm n=rn d=rd
SHA1C          01011110000mmmmm000000nnnnnddddd  SHA1 refused C7.2 SHA1C
SHA1P          01011110000mmmmm000100nnnnnddddd  SHA1 refused C7.2 SHA1P
SHA1M          01011110000mmmmm001000nnnnnddddd  SHA1 refused C7.2 SHA1M
SHA1SU0        01011110000mmmmm001100nnnnnddddd  SHA1 refused C7.2 SHA1SU0
SHA256H        01011110000mmmmm010000nnnnnddddd  SHA256 refused C7.2 SHA256H
SHA256H2       01011110000mmmmm010100nnnnnddddd  SHA256 refused C7.2 SHA256H2
SHA256SU1      01011110000mmmmm011000nnnnnddddd  SHA256 refused C7.2 SHA256SU1

# Cryptographic two-register SHA 512
letters n=rn d=rd
SHA512SU0      1100111011000000100000nnnnnddddd  SHA512 refused C7.2 SHA512SU0
SM4E           1100111011000000100001nnnnnddddd  SM4 refused C7.2 SM4E

# Cryptographic three-register SHA 512
letters m=rm n=rn d=rd
SHA512H        11001110011mmmmm100000nnnnnddddd  SHA512 refused C7.2 SHA512H
SHA512H2       11001110011mmmmm100001nnnnnddddd  SHA512 refused C7.2 SHA512H2
SHA512SU1      11001110011mmmmm100010nnnnnddddd  SHA512 refused C7.2 SHA512SU1
RAX1           11001110011mmmmm100011nnnnnddddd  SHA3 refused C7.2 RAX1
SM3PARTW1      11001110011mmmmm110000nnnnnddddd  SM3 refused C7.2 SM3PARTW1
SM3PARTW2      11001110011mmmmm110001nnnnnddddd  SM3 refused C7.2 SM3PARTW2
SM4EKEY        11001110011mmmmm110010nnnnnddddd  SM4 refused C7.2 SM4EKEY

# Cryptographic four-register
letters m=rm n=rn d=rd
EOR3           11001110000mmmmm0xxxxxnnnnnddddd  SHA3 refused C7.2 EOR3
BCAX           11001110001mmmmm0xxxxxnnnnnddddd  SHA3 refused C7.2 BCAX
SM3SS1         11001110010mmmmm0xxxxxnnnnnddddd  SM3 refused C7.2 SM3SS1

# Cryptographic three-register, imm2
letters m=rm n=rn d=rd
SM3TT1A        11001110010mmmmm10xx00nnnnnddddd  SM3 refused C7.2 SM3TT1A
SM3TT1B        11001110010mmmmm10xx01nnnnnddddd  SM3 refused C7.2 SM3TT1B
SM3TT2A        11001110010mmmmm10xx10nnnnnddddd  SM3 refused C7.2 SM3TT2A
SM3TT2B        11001110010mmmmm10xx11nnnnnddddd  SM3 refused C7.2 SM3TT2B

# Cryptographic three-register, imm6
letters m=rm n=rn d=rd
XAR            11001110100mmmmmxxxxxxnnnnnddddd  SHA3 refused C7.2 XAR

# Advanced SIMD load/store multiple structures
letters Q=q z=elsize n=rn t=rt
ST4m4          0Q001100000000000000zznnnnnttttt  ASIMD - C7.2 ST4
ST1m4          0Q001100000000000010zznnnnnttttt  ASIMD - C7.2 ST1
ST3m3          0Q001100000000000100zznnnnnttttt  ASIMD - C7.2 ST3
ST1m3          0Q001100000000000110zznnnnnttttt  ASIMD - C7.2 ST1
ST1m1          0Q001100000000000111zznnnnnttttt  ASIMD - C7.2 ST1
ST2m2          0Q001100000000001000zznnnnnttttt  ASIMD - C7.2 ST2
ST1m2          0Q001100000000001010zznnnnnttttt  ASIMD - C7.2 ST1
LD4m4          0Q001100010000000000zznnnnnttttt  ASIMD - C7.2 LD4
LD1m4          0Q001100010000000010zznnnnnttttt  ASIMD - C7.2 LD1
LD3m3          0Q001100010000000100zznnnnnttttt  ASIMD - C7.2 LD3
LD1m3          0Q001100010000000110zznnnnnttttt  ASIMD - C7.2 LD1
LD1m1          0Q001100010000000111zznnnnnttttt  ASIMD - C7.2 LD1
LD2m2          0Q001100010000001000zznnnnnttttt  ASIMD - C7.2 LD2
LD1m2          0Q001100010000001010zznnnnnttttt  ASIMD - C7.2 LD1

# Advanced SIMD load/store multiple structures (post-indexed)
letters Q=q m=rm z=elsize n=rn t=rt
ST4m4post      0Q001100100mmmmm0000zznnnnnttttt  ASIMD - C7.2 ST4
ST1m4post      0Q001100100mmmmm0010zznnnnnttttt  ASIMD - C7.2 ST1
ST3m3post      0Q001100100mmmmm0100zznnnnnttttt  ASIMD - C7.2 ST3
ST1m3post      0Q001100100mmmmm0110zznnnnnttttt  ASIMD - C7.2 ST1
ST1m1post      0Q001100100mmmmm0111zznnnnnttttt  ASIMD - C7.2 ST1
ST2m2post      0Q001100100mmmmm1000zznnnnnttttt  ASIMD - C7.2 ST2
ST1m2post      0Q001100100mmmmm1010zznnnnnttttt  ASIMD - C7.2 ST1
LD4m4post      0Q001100110mmmmm0000zznnnnnttttt  ASIMD - C7.2 LD4
LD1m4post      0Q001100110mmmmm0010zznnnnnttttt  ASIMD - C7.2 LD1
LD3m3post      0Q001100110mmmmm0100zznnnnnttttt  ASIMD - C7.2 LD3
LD1m3post      0Q001100110mmmmm0110zznnnnnttttt  ASIMD - C7.2 LD1
LD1m1post      0Q001100110mmmmm0111zznnnnnttttt  ASIMD - C7.2 LD1
LD2m2post      0Q001100110mmmmm1000zznnnnnttttt  ASIMD - C7.2 LD2
LD1m2post      0Q001100110mmmmm1010zznnnnnttttt  ASIMD - C7.2 LD1

# Advanced SIMD load/store single structure
letters Q=q S=scaled z=elsize n=rn t=rt
ST1b           0Q00110100000000000Szznnnnnttttt  ASIMD - C7.2 ST1
ST3b           0Q00110100000000001Szznnnnnttttt  ASIMD - C7.2 ST3
letters Q=q S=scaled z=idxh n=rn t=rt
ST1h           0Q00110100000000010Sz0nnnnnttttt  ASIMD - C7.2 ST1
ST3h           0Q00110100000000011Sz0nnnnnttttt  ASIMD - C7.2 ST3
ST1s           0Q00110100000000100S00nnnnnttttt  ASIMD - C7.2 ST1
ST1d           0Q00110100000000100001nnnnnttttt  ASIMD - C7.2 ST1
ST3s           0Q00110100000000101S00nnnnnttttt  ASIMD - C7.2 ST3
ST3d           0Q00110100000000101001nnnnnttttt  ASIMD - C7.2 ST3
STL1d          0Q00110100000001100001nnnnnttttt  LRCPC3 refused C7.2 STL1
letters Q=q S=scaled z=elsize n=rn t=rt
ST2b           0Q00110100100000000Szznnnnnttttt  ASIMD - C7.2 ST2
ST4b           0Q00110100100000001Szznnnnnttttt  ASIMD - C7.2 ST4
letters Q=q S=scaled z=idxh n=rn t=rt
ST2h           0Q00110100100000010Sz0nnnnnttttt  ASIMD - C7.2 ST2
ST4h           0Q00110100100000011Sz0nnnnnttttt  ASIMD - C7.2 ST4
ST2s           0Q00110100100000100S00nnnnnttttt  ASIMD - C7.2 ST2
ST2d           0Q00110100100000100001nnnnnttttt  ASIMD - C7.2 ST2
ST4s           0Q00110100100000101S00nnnnnttttt  ASIMD - C7.2 ST4
ST4d           0Q00110100100000101001nnnnnttttt  ASIMD - C7.2 ST4
letters Q=q S=scaled z=elsize n=rn t=rt
LD1b           0Q00110101000000000Szznnnnnttttt  ASIMD - C7.2 LD1
LD3b           0Q00110101000000001Szznnnnnttttt  ASIMD - C7.2 LD3
letters Q=q S=scaled z=idxh n=rn t=rt
LD1h           0Q00110101000000010Sz0nnnnnttttt  ASIMD - C7.2 LD1
LD3h           0Q00110101000000011Sz0nnnnnttttt  ASIMD - C7.2 LD3
LD1s           0Q00110101000000100S00nnnnnttttt  ASIMD - C7.2 LD1
LD1d           0Q00110101000000100001nnnnnttttt  ASIMD - C7.2 LD1
LD3s           0Q00110101000000101S00nnnnnttttt  ASIMD - C7.2 LD3
LD3d           0Q00110101000000101001nnnnnttttt  ASIMD - C7.2 LD3
letters Q=q z=elsize n=rn t=rt S=scaled
LD1R           0Q001101010000001100zznnnnnttttt  ASIMD - C7.2 LD1R
LD3R           0Q001101010000001110zznnnnnttttt  ASIMD - C7.2 LD3R
LDAP1d         0Q00110101000001100001nnnnnttttt  LRCPC3 refused C7.2 LDAP1
LD2b           0Q00110101100000000Szznnnnnttttt  ASIMD - C7.2 LD2
LD4b           0Q00110101100000001Szznnnnnttttt  ASIMD - C7.2 LD4
letters Q=q S=scaled z=idxh n=rn t=rt
LD2h           0Q00110101100000010Sz0nnnnnttttt  ASIMD - C7.2 LD2
LD4h           0Q00110101100000011Sz0nnnnnttttt  ASIMD - C7.2 LD4
LD2s           0Q00110101100000100S00nnnnnttttt  ASIMD - C7.2 LD2
LD2d           0Q00110101100000100001nnnnnttttt  ASIMD - C7.2 LD2
LD4s           0Q00110101100000101S00nnnnnttttt  ASIMD - C7.2 LD4
LD4d           0Q00110101100000101001nnnnnttttt  ASIMD - C7.2 LD4
letters Q=q z=elsize n=rn t=rt
LD2R           0Q001101011000001100zznnnnnttttt  ASIMD - C7.2 LD2R
LD4R           0Q001101011000001110zznnnnnttttt  ASIMD - C7.2 LD4R

# Advanced SIMD load/store single structure (post-indexed)
letters Q=q m=rm S=scaled z=elsize n=rn t=rt
ST1bpost       0Q001101100mmmmm000Szznnnnnttttt  ASIMD - C7.2 ST1
ST3bpost       0Q001101100mmmmm001Szznnnnnttttt  ASIMD - C7.2 ST3
letters Q=q m=rm S=scaled z=idxh n=rn t=rt
ST1hpost       0Q001101100mmmmm010Sz0nnnnnttttt  ASIMD - C7.2 ST1
ST3hpost       0Q001101100mmmmm011Sz0nnnnnttttt  ASIMD - C7.2 ST3
ST1spost       0Q001101100mmmmm100S00nnnnnttttt  ASIMD - C7.2 ST1
ST1dpost       0Q001101100mmmmm100001nnnnnttttt  ASIMD - C7.2 ST1
ST3spost       0Q001101100mmmmm101S00nnnnnttttt  ASIMD - C7.2 ST3
ST3dpost       0Q001101100mmmmm101001nnnnnttttt  ASIMD - C7.2 ST3
letters Q=q m=rm S=scaled z=elsize n=rn t=rt
ST2bpost       0Q001101101mmmmm000Szznnnnnttttt  ASIMD - C7.2 ST2
ST4bpost       0Q001101101mmmmm001Szznnnnnttttt  ASIMD - C7.2 ST4
letters Q=q m=rm S=scaled z=idxh n=rn t=rt
ST2hpost       0Q001101101mmmmm010Sz0nnnnnttttt  ASIMD - C7.2 ST2
ST4hpost       0Q001101101mmmmm011Sz0nnnnnttttt  ASIMD - C7.2 ST4
ST2spost       0Q001101101mmmmm100S00nnnnnttttt  ASIMD - C7.2 ST2
ST2dpost       0Q001101101mmmmm100001nnnnnttttt  ASIMD - C7.2 ST2
ST4spost       0Q001101101mmmmm101S00nnnnnttttt  ASIMD - C7.2 ST4
ST4dpost       0Q001101101mmmmm101001nnnnnttttt  ASIMD - C7.2 ST4
letters Q=q m=rm S=scaled z=elsize n=rn t=rt
LD1bpost       0Q001101110mmmmm000Szznnnnnttttt  ASIMD - C7.2 LD1
LD3bpost       0Q001101110mmmmm001Szznnnnnttttt  ASIMD - C7.2 LD3
letters Q=q m=rm S=scaled z=idxh n=rn t=rt
LD1hpost       0Q001101110mmmmm010Sz0nnnnnttttt  ASIMD - C7.2 LD1
LD3hpost       0Q001101110mmmmm011Sz0nnnnnttttt  ASIMD - C7.2 LD3
LD1spost       0Q001101110mmmmm100S00nnnnnttttt  ASIMD - C7.2 LD1
LD1dpost       0Q001101110mmmmm100001nnnnnttttt  ASIMD - C7.2 LD1
LD3spost       0Q001101110mmmmm101S00nnnnnttttt  ASIMD - C7.2 LD3
LD3dpost       0Q001101110mmmmm101001nnnnnttttt  ASIMD - C7.2 LD3
letters Q=q m=rm z=elsize n=rn t=rt S=scaled
LD1Rpost       0Q001101110mmmmm1100zznnnnnttttt  ASIMD - C7.2 LD1R
LD3Rpost       0Q001101110mmmmm1110zznnnnnttttt  ASIMD - C7.2 LD3R
LD2bpost       0Q001101111mmmmm000Szznnnnnttttt  ASIMD - C7.2 LD2
LD4bpost       0Q001101111mmmmm001Szznnnnnttttt  ASIMD - C7.2 LD4
letters Q=q m=rm S=scaled z=idxh n=rn t=rt
LD2hpost       0Q001101111mmmmm010Sz0nnnnnttttt  ASIMD - C7.2 LD2
LD4hpost       0Q001101111mmmmm011Sz0nnnnnttttt  ASIMD - C7.2 LD4
LD2spost       0Q001101111mmmmm100S00nnnnnttttt  ASIMD - C7.2 LD2
LD2dpost       0Q001101111mmmmm100001nnnnnttttt  ASIMD - C7.2 LD2
LD4spost       0Q001101111mmmmm101S00nnnnnttttt  ASIMD - C7.2 LD4
LD4dpost       0Q001101111mmmmm101001nnnnnttttt  ASIMD - C7.2 LD4
letters Q=q m=rm z=elsize n=rn t=rt
LD2Rpost       0Q001101111mmmmm1100zznnnnnttttt  ASIMD - C7.2 LD2R
LD4Rpost       0Q001101111mmmmm1110zznnnnnttttt  ASIMD - C7.2 LD4R

# Load/store register (immediate post-indexed), SIMD&FP
letters z=size i=imm9 n=rn t=rt
STRfpost       zz111100000iiiiiiiii01nnnnnttttt  FP - C7.2 STR
LDRfpost       zz111100010iiiiiiiii01nnnnnttttt  FP - C7.2 LDR
STRqpost       00111100100iiiiiiiii01nnnnnttttt  FP - C7.2 STR
LDRqpost       00111100110iiiiiiiii01nnnnnttttt  FP - C7.2 LDR

# Load/store register (immediate pre-indexed), SIMD&FP
letters z=size i=imm9 n=rn t=rt
STRfpre        zz111100000iiiiiiiii11nnnnnttttt  FP - C7.2 STR
LDRfpre        zz111100010iiiiiiiii11nnnnnttttt  FP - C7.2 LDR
STRqpre        00111100100iiiiiiiii11nnnnnttttt  FP - C7.2 STR
LDRqpre        00111100110iiiiiiiii11nnnnnttttt  FP - C7.2 LDR

# Load/store register (unsigned immediate), SIMD&FP
letters z=size i=imm12 n=rn t=rt
STRfimm        zz11110100iiiiiiiiiiiinnnnnttttt  FP - C7.2 STR
LDRfimm        zz11110101iiiiiiiiiiiinnnnnttttt  FP - C7.2 LDR
STRqimm        0011110110iiiiiiiiiiiinnnnnttttt  FP - C7.2 STR
LDRqimm        0011110111iiiiiiiiiiiinnnnnttttt  FP - C7.2 LDR

# Load/store register (register offset), SIMD&FP
letters z=size m=rm o=option S=scaled n=rn t=rt
STRfreg        zz111100001mmmmmoooS10nnnnnttttt  FP - C7.2 STR
LDRfreg        zz111100011mmmmmoooS10nnnnnttttt  FP - C7.2 LDR
STRqreg        00111100101mmmmmoooS10nnnnnttttt  FP - C7.2 STR
LDRqreg        00111100111mmmmmoooS10nnnnnttttt  FP - C7.2 LDR

# Load/store register (unscaled immediate), SIMD&FP
letters z=size i=imm9 n=rn t=rt
STURf          zz111100000iiiiiiiii00nnnnnttttt  FP - C7.2 STUR
LDURf          zz111100010iiiiiiiii00nnnnnttttt  FP - C7.2 LDUR
STURq          00111100100iiiiiiiii00nnnnnttttt  FP - C7.2 STUR
LDURq          00111100110iiiiiiiii00nnnnnttttt  FP - C7.2 LDUR

# Load/store register pair (offset), SIMD&FP
letters i=imm7 u=rt2 n=rn t=rt
STPs           0010110100iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPs           0010110101iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STPd           0110110100iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPd           0110110101iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STPq           1010110100iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPq           1010110101iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STTPq          1110110100xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 STTP
LDTPq          1110110101xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 LDTP

# Load/store register pair (pre-indexed), SIMD&FP
letters i=imm7 u=rt2 n=rn t=rt
STPspre        0010110110iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPspre        0010110111iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STPdpre        0110110110iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPdpre        0110110111iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STPqpre        1010110110iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPqpre        1010110111iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STTPqpre       1110110110xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 STTP
LDTPqpre       1110110111xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 LDTP

# Load/store register pair (post-indexed), SIMD&FP
letters i=imm7 u=rt2 n=rn t=rt
STPspost       0010110010iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPspost       0010110011iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STPdpost       0110110010iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPdpost       0110110011iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STPqpost       1010110010iiiiiiiuuuuunnnnnttttt  FP - C7.2 STP
LDPqpost       1010110011iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDP
STTPqpost      1110110010xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 STTP
LDTPqpost      1110110011xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 LDTP

# Load/store no-allocate pair (offset), SIMD&FP
letters i=imm7 u=rt2 n=rn t=rt
STNPs          0010110000iiiiiiiuuuuunnnnnttttt  FP - C7.2 STNP
LDNPs          0010110001iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDNP
STNPd          0110110000iiiiiiiuuuuunnnnnttttt  FP - C7.2 STNP
LDNPd          0110110001iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDNP
STNPq          1010110000iiiiiiiuuuuunnnnnttttt  FP - C7.2 STNP
LDNPq          1010110001iiiiiiiuuuuunnnnnttttt  FP - C7.2 LDNP
STTNPq         1110110000xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 STTNP
LDTNPq         1110110001xxxxxxxxxxxxnnnnnttttt  LSUI refused C7.2 LDTNP

# Load register (literal), SIMD&FP
letters i=imm19 t=rt
LDRflits       00011100iiiiiiiiiiiiiiiiiiittttt  FP - C7.2 LDR
LDRflitd       01011100iiiiiiiiiiiiiiiiiiittttt  FP - C7.2 LDR
LDRflitq       10011100iiiiiiiiiiiiiiiiiiittttt  FP - C7.2 LDR

# LDAPR/STLR (unscaled immediate), SIMD&FP
letters n=rn t=rt
STLURf         xx011101000xxxxxxxxx10nnnnnttttt  LRCPC3 refused C7.2 STLUR
LDAPURf        xx011101010xxxxxxxxx10nnnnnttttt  LRCPC3 refused C7.2 LDAPUR
STLURq         00011101100xxxxxxxxx10nnnnnttttt  LRCPC3 refused C7.2 STLUR
LDAPURq        00011101110xxxxxxxxx10nnnnnttttt  LRCPC3 refused C7.2 LDAPUR

# Floating-point atomics and the rest of the load/store space with bit 26 set: no feature of ours.
letters n=rn
LDFPatomic     xx111100xx1xxxxx0xxx00nnnnnxxxxx  LSFE refused C7.2 LDFADD, LDFMAX, LDFMIN, LDBFADD, STFADD and others
LDFPatomic2    xx111100xx1xxxxx1xxx00nnnnnxxxxx  LSFE refused C7.2 STFADD and others

# memory copy and set, atomic floating point
MOPS           xx011101xx0xxxxxxxxx01xxxxxxxxxx  MOPS refused C6.2 CPY, SETG families
SETGO          xx01110111011111xxxx00xxxxxxxxxx  MOPS refused C6.2 SETGO family
