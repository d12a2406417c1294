# A64 FP and AdvSIMD encodings, loads and stores of SIMD&FP registers included (the words with bits 27:26 = 11).
# Columns: name, word, feature, flags, section of the Arm ARM (DDI 0487).
# `todo`: not translated yet. `refused`: belongs to a feature this CPU does not have: undefined here.


# asisdshf
letters b=immb d=rd h=immh k=immh3 n=rn
SSHRsShf           0101111101kkkbbb000001nnnnnddddd  ASIMD todo C7.2 SSHR
SSRAsShf           0101111101kkkbbb000101nnnnnddddd  ASIMD todo C7.2 SSRA
SRSHRsShf          0101111101kkkbbb001001nnnnnddddd  ASIMD todo C7.2 SRSHR
SRSRAsShf          0101111101kkkbbb001101nnnnnddddd  ASIMD todo C7.2 SRSRA
SHLsShf            0101111101kkkbbb010101nnnnnddddd  ASIMD todo C7.2 SHL
SQSHLsShf          010111110hhhhbbb011101nnnnnddddd  ASIMD todo C7.2 SQSHL
SQSHRNsShf         010111110hhhhbbb100101nnnnnddddd  ASIMD todo C7.2 SQSHRN
SQRSHRNsShf        010111110hhhhbbb100111nnnnnddddd  ASIMD todo C7.2 SQRSHRN
SCVTFsShf          010111110hhhhbbb111001nnnnnddddd  ASIMD todo C7.2 SCVTF
FCVTZSsShf         010111110hhhhbbb111111nnnnnddddd  ASIMD todo C7.2 FCVTZS
USHRsShf           0111111101kkkbbb000001nnnnnddddd  ASIMD todo C7.2 USHR
USRAsShf           0111111101kkkbbb000101nnnnnddddd  ASIMD todo C7.2 USRA
URSHRsShf          0111111101kkkbbb001001nnnnnddddd  ASIMD todo C7.2 URSHR
URSRAsShf          0111111101kkkbbb001101nnnnnddddd  ASIMD todo C7.2 URSRA
SRIsShf            0111111101kkkbbb010001nnnnnddddd  ASIMD todo C7.2 SRI
SLIsShf            0111111101kkkbbb010101nnnnnddddd  ASIMD todo C7.2 SLI
SQSHLUsShf         011111110hhhhbbb011001nnnnnddddd  ASIMD todo C7.2 SQSHLU
UQSHLsShf          011111110hhhhbbb011101nnnnnddddd  ASIMD todo C7.2 UQSHL
SQSHRUNsShf        011111110hhhhbbb100001nnnnnddddd  ASIMD todo C7.2 SQSHRUN
SQRSHRUNsShf       011111110hhhhbbb100011nnnnnddddd  ASIMD todo C7.2 SQRSHRUN
UQSHRNsShf         011111110hhhhbbb100101nnnnnddddd  ASIMD todo C7.2 UQSHRN
UQRSHRNsShf        011111110hhhhbbb100111nnnnnddddd  ASIMD todo C7.2 UQRSHRN
UCVTFsShf          011111110hhhhbbb111001nnnnnddddd  ASIMD todo C7.2 UCVTF
FCVTZUsShf         011111110hhhhbbb111111nnnnnddddd  ASIMD todo C7.2 FCVTZU

# floatdp3
letters a=ra d=rd m=rm n=rn y=ftype
FMADDf3            00011111yy0mmmmm0aaaaannnnnddddd  FP todo C7.2 FMADD
FMSUBf3            00011111yy0mmmmm1aaaaannnnnddddd  FP todo C7.2 FMSUB
FNMADDf3           00011111yy1mmmmm0aaaaannnnnddddd  FP todo C7.2 FNMADD
FNMSUBf3           00011111yy1mmmmm1aaaaannnnnddddd  FP todo C7.2 FNMSUB

# cryptosha2
letters d=rd n=rn
SHA1H              0101111000101000000010nnnnnddddd  SHA1 todo C7.2 SHA1H
SHA1SU1            0101111000101000000110nnnnnddddd  SHA1 todo C7.2 SHA1SU1
SHA256SU0          0101111000101000001010nnnnnddddd  SHA256 todo C7.2 SHA256SU0

# asimdmisc
letters Q=q d=rd n=rn s=vsize z=fsz
REV64vMisc         0Q001110ss100000000010nnnnnddddd  ASIMD todo C7.2 REV64
REV16vMisc         0Q001110ss100000000110nnnnnddddd  ASIMD todo C7.2 REV16
SADDLPvMisc        0Q001110ss100000001010nnnnnddddd  ASIMD todo C7.2 SADDLP
SUQADDvMisc        0Q001110ss100000001110nnnnnddddd  ASIMD todo C7.2 SUQADD
CLSvMisc           0Q001110ss100000010010nnnnnddddd  ASIMD todo C7.2 CLS
CNTvMisc           0Q001110ss100000010110nnnnnddddd  ASIMD todo C7.2 CNT
SADALPvMisc        0Q001110ss100000011010nnnnnddddd  ASIMD todo C7.2 SADALP
SQABSvMisc         0Q001110ss100000011110nnnnnddddd  ASIMD todo C7.2 SQABS
CMGTvMisc          0Q001110ss100000100010nnnnnddddd  ASIMD todo C7.2 CMGT
CMEQvMisc          0Q001110ss100000100110nnnnnddddd  ASIMD todo C7.2 CMEQ
CMLTvMisc          0Q001110ss100000101010nnnnnddddd  ASIMD todo C7.2 CMLT
ABSvMisc           0Q001110ss100000101110nnnnnddddd  ASIMD todo C7.2 ABS
XTNvMisc           0Q001110ss100001001010nnnnnddddd  ASIMD todo C7.2 XTN
SQXTNvMisc         0Q001110ss100001010010nnnnnddddd  ASIMD todo C7.2 SQXTN
FCVTNvMisc         0Q0011100z100001011010nnnnnddddd  ASIMD todo C7.2 FCVTN
FCVTLvMisc         0Q0011100z100001011110nnnnnddddd  ASIMD todo C7.2 FCVTL
FRINTNvMisc        0Q0011100z100001100010nnnnnddddd  ASIMD todo C7.2 FRINTN
FRINTMvMisc        0Q0011100z100001100110nnnnnddddd  ASIMD todo C7.2 FRINTM
FCVTNSvMisc        0Q0011100z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTNS
FCVTMSvMisc        0Q0011100z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTMS
FCVTASvMisc        0Q0011100z100001110010nnnnnddddd  ASIMD todo C7.2 FCVTAS
SCVTFvMisc         0Q0011100z100001110110nnnnnddddd  ASIMD todo C7.2 SCVTF
FRINT32ZvMisc      0Q0011100z100001111010nnnnnddddd  FRINTTS todo C7.2 FRINT32Z
FRINT64ZvMisc      0Q0011100z100001111110nnnnnddddd  FRINTTS todo C7.2 FRINT64Z
FCMGTvMisc         0Q0011101z100000110010nnnnnddddd  ASIMD todo C7.2 FCMGT
FCMEQvMisc         0Q0011101z100000110110nnnnnddddd  ASIMD todo C7.2 FCMEQ
FCMLTvMisc         0Q0011101z100000111010nnnnnddddd  ASIMD todo C7.2 FCMLT
FABSvMisc          0Q0011101z100000111110nnnnnddddd  ASIMD todo C7.2 FABS
FRINTPvMisc        0Q0011101z100001100010nnnnnddddd  ASIMD todo C7.2 FRINTP
FRINTZvMisc        0Q0011101z100001100110nnnnnddddd  ASIMD todo C7.2 FRINTZ
FCVTPSvMisc        0Q0011101z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTPS
FCVTZSvMisc        0Q0011101z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTZS
URECPEvMisc        0Q0011101z100001110010nnnnnddddd  ASIMD todo C7.2 URECPE
FRECPEvMisc        0Q0011101z100001110110nnnnnddddd  ASIMD todo C7.2 FRECPE
BFCVTNvMisc        0Q00111010100001011010nnnnnddddd  BF16 todo C7.2 BFCVTN
REV32vMisc         0Q101110ss100000000010nnnnnddddd  ASIMD todo C7.2 REV32
UADDLPvMisc        0Q101110ss100000001010nnnnnddddd  ASIMD todo C7.2 UADDLP
USQADDvMisc        0Q101110ss100000001110nnnnnddddd  ASIMD todo C7.2 USQADD
CLZvMisc           0Q101110ss100000010010nnnnnddddd  ASIMD todo C7.2 CLZ
UADALPvMisc        0Q101110ss100000011010nnnnnddddd  ASIMD todo C7.2 UADALP
SQNEGvMisc         0Q101110ss100000011110nnnnnddddd  ASIMD todo C7.2 SQNEG
CMGEvMisc          0Q101110ss100000100010nnnnnddddd  ASIMD todo C7.2 CMGE
CMLEvMisc          0Q101110ss100000100110nnnnnddddd  ASIMD todo C7.2 CMLE
NEGvMisc           0Q101110ss100000101110nnnnnddddd  ASIMD todo C7.2 NEG
SQXTUNvMisc        0Q101110ss100001001010nnnnnddddd  ASIMD todo C7.2 SQXTUN
SHLLvMisc          0Q101110ss100001001110nnnnnddddd  ASIMD todo C7.2 SHLL
UQXTNvMisc         0Q101110ss100001010010nnnnnddddd  ASIMD todo C7.2 UQXTN
FCVTXNvMisc        0Q10111001100001011010nnnnnddddd  ASIMD todo C7.2 FCVTXN
FRINTAvMisc        0Q1011100z100001100010nnnnnddddd  ASIMD todo C7.2 FRINTA
FRINTXvMisc        0Q1011100z100001100110nnnnnddddd  ASIMD todo C7.2 FRINTX
FCVTNUvMisc        0Q1011100z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTNU
FCVTMUvMisc        0Q1011100z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTMU
FCVTAUvMisc        0Q1011100z100001110010nnnnnddddd  ASIMD todo C7.2 FCVTAU
UCVTFvMisc         0Q1011100z100001110110nnnnnddddd  ASIMD todo C7.2 UCVTF
FRINT32XvMisc      0Q1011100z100001111010nnnnnddddd  FRINTTS todo C7.2 FRINT32X
FRINT64XvMisc      0Q1011100z100001111110nnnnnddddd  FRINTTS todo C7.2 FRINT64X
NOTvMisc           0Q10111000100000010110nnnnnddddd  ASIMD todo C7.2 NOT
F1CVTLvMisc        0Q10111000100001011110nnnnnddddd  FP8 refused C7.2 F1CVTL
RBITvMisc          0Q10111001100000010110nnnnnddddd  ASIMD todo C7.2 RBIT
F2CVTLvMisc        0Q10111001100001011110nnnnnddddd  FP8 refused C7.2 F2CVTL
FCMGEvMisc         0Q1011101z100000110010nnnnnddddd  ASIMD todo C7.2 FCMGE
FCMLEvMisc         0Q1011101z100000110110nnnnnddddd  ASIMD todo C7.2 FCMLE
FNEGvMisc          0Q1011101z100000111110nnnnnddddd  ASIMD todo C7.2 FNEG
FRINTIvMisc        0Q1011101z100001100110nnnnnddddd  ASIMD todo C7.2 FRINTI
FCVTPUvMisc        0Q1011101z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTPU
FCVTZUvMisc        0Q1011101z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTZU
URSQRTEvMisc       0Q1011101z100001110010nnnnnddddd  ASIMD todo C7.2 URSQRTE
FRSQRTEvMisc       0Q1011101z100001110110nnnnnddddd  ASIMD todo C7.2 FRSQRTE
FSQRTvMisc         0Q1011101z100001111110nnnnnddddd  ASIMD todo C7.2 FSQRT
BF1CVTLvMisc       0Q10111010100001011110nnnnnddddd  BF16 todo C7.2 BF1CVTL
BF2CVTLvMisc       0Q10111011100001011110nnnnnddddd  BF16 todo C7.2 BF2CVTL

# asimdshf
letters Q=q b=immb d=rd h=immh n=rn
SSHRvShf           0Q0011110hhhhbbb000001nnnnnddddd  ASIMD todo C7.2 SSHR
SSRAvShf           0Q0011110hhhhbbb000101nnnnnddddd  ASIMD todo C7.2 SSRA
SRSHRvShf          0Q0011110hhhhbbb001001nnnnnddddd  ASIMD todo C7.2 SRSHR
SRSRAvShf          0Q0011110hhhhbbb001101nnnnnddddd  ASIMD todo C7.2 SRSRA
SHLvShf            0Q0011110hhhhbbb010101nnnnnddddd  ASIMD todo C7.2 SHL
SQSHLvShf          0Q0011110hhhhbbb011101nnnnnddddd  ASIMD todo C7.2 SQSHL
SHRNvShf           0Q0011110hhhhbbb100001nnnnnddddd  ASIMD todo C7.2 SHRN
RSHRNvShf          0Q0011110hhhhbbb100011nnnnnddddd  ASIMD todo C7.2 RSHRN
SQSHRNvShf         0Q0011110hhhhbbb100101nnnnnddddd  ASIMD todo C7.2 SQSHRN
SQRSHRNvShf        0Q0011110hhhhbbb100111nnnnnddddd  ASIMD todo C7.2 SQRSHRN
SSHLLvShf          0Q0011110hhhhbbb101001nnnnnddddd  ASIMD todo C7.2 SSHLL
SCVTFvShf          0Q0011110hhhhbbb111001nnnnnddddd  ASIMD todo C7.2 SCVTF
FCVTZSvShf         0Q0011110hhhhbbb111111nnnnnddddd  ASIMD todo C7.2 FCVTZS
USHRvShf           0Q1011110hhhhbbb000001nnnnnddddd  ASIMD todo C7.2 USHR
USRAvShf           0Q1011110hhhhbbb000101nnnnnddddd  ASIMD todo C7.2 USRA
URSHRvShf          0Q1011110hhhhbbb001001nnnnnddddd  ASIMD todo C7.2 URSHR
URSRAvShf          0Q1011110hhhhbbb001101nnnnnddddd  ASIMD todo C7.2 URSRA
SRIvShf            0Q1011110hhhhbbb010001nnnnnddddd  ASIMD todo C7.2 SRI
SLIvShf            0Q1011110hhhhbbb010101nnnnnddddd  ASIMD todo C7.2 SLI
SQSHLUvShf         0Q1011110hhhhbbb011001nnnnnddddd  ASIMD todo C7.2 SQSHLU
UQSHLvShf          0Q1011110hhhhbbb011101nnnnnddddd  ASIMD todo C7.2 UQSHL
SQSHRUNvShf        0Q1011110hhhhbbb100001nnnnnddddd  ASIMD todo C7.2 SQSHRUN
SQRSHRUNvShf       0Q1011110hhhhbbb100011nnnnnddddd  ASIMD todo C7.2 SQRSHRUN
UQSHRNvShf         0Q1011110hhhhbbb100101nnnnnddddd  ASIMD todo C7.2 UQSHRN
UQRSHRNvShf        0Q1011110hhhhbbb100111nnnnnddddd  ASIMD todo C7.2 UQRSHRN
USHLLvShf          0Q1011110hhhhbbb101001nnnnnddddd  ASIMD todo C7.2 USHLL
UCVTFvShf          0Q1011110hhhhbbb111001nnnnnddddd  ASIMD todo C7.2 UCVTF
FCVTZUvShf         0Q1011110hhhhbbb111111nnnnnddddd  ASIMD todo C7.2 FCVTZU

# asisdelem
letters H=idxh L=idxl M=idxm d=rd n=rn r=rmlo s=vsize z=fsz
SQDMLALsElem       01011111ssLMrrrr0011H0nnnnnddddd  ASIMD todo C7.2 SQDMLAL
SQDMLSLsElem       01011111ssLMrrrr0111H0nnnnnddddd  ASIMD todo C7.2 SQDMLSL
SQDMULLsElem       01011111ssLMrrrr1011H0nnnnnddddd  ASIMD todo C7.2 SQDMULL
SQDMULHsElem       01011111ssLMrrrr1100H0nnnnnddddd  ASIMD todo C7.2 SQDMULH
SQRDMULHsElem      01011111ssLMrrrr1101H0nnnnnddddd  ASIMD todo C7.2 SQRDMULH
FMLAsElemRHH       0101111100LMrrrr0001H0nnnnnddddd  FP16 todo C7.2 FMLA
FMLAsElemRSD       010111111zLMrrrr0001H0nnnnnddddd  ASIMD todo C7.2 FMLA
FMLSsElemRHH       0101111100LMrrrr0101H0nnnnnddddd  FP16 todo C7.2 FMLS
FMLSsElemRSD       010111111zLMrrrr0101H0nnnnnddddd  ASIMD todo C7.2 FMLS
FMULsElemRHH       0101111100LMrrrr1001H0nnnnnddddd  FP16 todo C7.2 FMUL
FMULsElemRSD       010111111zLMrrrr1001H0nnnnnddddd  ASIMD todo C7.2 FMUL
SQRDMLAHsElem      01111111ssLMrrrr1101H0nnnnnddddd  RDM todo C7.2 SQRDMLAH
SQRDMLSHsElem      01111111ssLMrrrr1111H0nnnnnddddd  RDM todo C7.2 SQRDMLSH
FMULXsElemRHH      0111111100LMrrrr1001H0nnnnnddddd  FP16 todo C7.2 FMULX
FMULXsElemRSD      011111111zLMrrrr1001H0nnnnnddddd  ASIMD todo C7.2 FMULX

# cryptosha3
letters d=rd m=rm n=rn
SHA1C              01011110000mmmmm000000nnnnnddddd  SHA1 todo C7.2 SHA1C
SHA1P              01011110000mmmmm000100nnnnnddddd  SHA1 todo C7.2 SHA1P
SHA1M              01011110000mmmmm001000nnnnnddddd  SHA1 todo C7.2 SHA1M
SHA1SU0            01011110000mmmmm001100nnnnnddddd  SHA1 todo C7.2 SHA1SU0
SHA256H            01011110000mmmmm010000nnnnnddddd  SHA256 todo C7.2 SHA256H
SHA256H2           01011110000mmmmm010100nnnnnddddd  SHA256 todo C7.2 SHA256H2
SHA256SU1          01011110000mmmmm011000nnnnnddddd  SHA256 todo C7.2 SHA256SU1

# asisdsamefp16
letters d=rd m=rm n=rn
FMULXsSame16       01011110010mmmmm000111nnnnnddddd  FP16 todo C7.2 FMULX
FCMEQsSame16       01011110010mmmmm001001nnnnnddddd  FP16 todo C7.2 FCMEQ
FRECPSsSame16      01011110010mmmmm001111nnnnnddddd  FP16 todo C7.2 FRECPS
FRSQRTSsSame16     01011110110mmmmm001111nnnnnddddd  FP16 todo C7.2 FRSQRTS
FCMGEsSame16       01111110010mmmmm001001nnnnnddddd  FP16 todo C7.2 FCMGE
FACGEsSame16       01111110010mmmmm001011nnnnnddddd  FP16 todo C7.2 FACGE
FABDsSame16        01111110110mmmmm000101nnnnnddddd  FP16 todo C7.2 FABD
FCMGTsSame16       01111110110mmmmm001001nnnnnddddd  FP16 todo C7.2 FCMGT
FACGTsSame16       01111110110mmmmm001011nnnnnddddd  FP16 todo C7.2 FACGT

# asisdmiscfp16
letters d=rd n=rn
FCVTNSsMisc16      0101111001111001101010nnnnnddddd  FP16 todo C7.2 FCVTNS
FCVTMSsMisc16      0101111001111001101110nnnnnddddd  FP16 todo C7.2 FCVTMS
FCVTASsMisc16      0101111001111001110010nnnnnddddd  FP16 todo C7.2 FCVTAS
SCVTFsMisc16       0101111001111001110110nnnnnddddd  FP16 todo C7.2 SCVTF
FCMGTsMisc16       0101111011111000110010nnnnnddddd  FP16 todo C7.2 FCMGT
FCMEQsMisc16       0101111011111000110110nnnnnddddd  FP16 todo C7.2 FCMEQ
FCMLTsMisc16       0101111011111000111010nnnnnddddd  FP16 todo C7.2 FCMLT
FCVTPSsMisc16      0101111011111001101010nnnnnddddd  FP16 todo C7.2 FCVTPS
FCVTZSsMisc16      0101111011111001101110nnnnnddddd  FP16 todo C7.2 FCVTZS
FRECPEsMisc16      0101111011111001110110nnnnnddddd  FP16 todo C7.2 FRECPE
FRECPXsMisc16      0101111011111001111110nnnnnddddd  FP16 todo C7.2 FRECPX
FCVTNUsMisc16      0111111001111001101010nnnnnddddd  FP16 todo C7.2 FCVTNU
FCVTMUsMisc16      0111111001111001101110nnnnnddddd  FP16 todo C7.2 FCVTMU
FCVTAUsMisc16      0111111001111001110010nnnnnddddd  FP16 todo C7.2 FCVTAU
UCVTFsMisc16       0111111001111001110110nnnnnddddd  FP16 todo C7.2 UCVTF
FCMGEsMisc16       0111111011111000110010nnnnnddddd  FP16 todo C7.2 FCMGE
FCMLEsMisc16       0111111011111000110110nnnnnddddd  FP16 todo C7.2 FCMLE
FCVTPUsMisc16      0111111011111001101010nnnnnddddd  FP16 todo C7.2 FCVTPU
FCVTZUsMisc16      0111111011111001101110nnnnnddddd  FP16 todo C7.2 FCVTZU
FRSQRTEsMisc16     0111111011111001110110nnnnnddddd  FP16 todo C7.2 FRSQRTE

# asimdelem
letters H=idxh L=idxl M=idxm Q=q R=rot13 d=rd n=rn r=rmlo s=vsize z=fsz
SMLALvElem         0Q001111ssLMrrrr0010H0nnnnnddddd  ASIMD todo C7.2 SMLAL
SQDMLALvElem       0Q001111ssLMrrrr0011H0nnnnnddddd  ASIMD todo C7.2 SQDMLAL
SMLSLvElem         0Q001111ssLMrrrr0110H0nnnnnddddd  ASIMD todo C7.2 SMLSL
SQDMLSLvElem       0Q001111ssLMrrrr0111H0nnnnnddddd  ASIMD todo C7.2 SQDMLSL
MULvElem           0Q001111ssLMrrrr1000H0nnnnnddddd  ASIMD todo C7.2 MUL
SMULLvElem         0Q001111ssLMrrrr1010H0nnnnnddddd  ASIMD todo C7.2 SMULL
SQDMULLvElem       0Q001111ssLMrrrr1011H0nnnnnddddd  ASIMD todo C7.2 SQDMULL
SQDMULHvElem       0Q001111ssLMrrrr1100H0nnnnnddddd  ASIMD todo C7.2 SQDMULH
SQRDMULHvElem      0Q001111ssLMrrrr1101H0nnnnnddddd  ASIMD todo C7.2 SQRDMULH
SDOTvElem          0Q001111ssLMrrrr1110H0nnnnnddddd  DotProd todo C7.2 SDOT
FDOTvElemD         0Q0011110zLMrrrr0000H0nnnnnddddd  FP8 refused C7.2 FDOT
FDOTvElemFP16FP32  0Q00111101LMrrrr1001H0nnnnnddddd  FP8 refused C7.2 FDOT
FMLAvElemRHH       0Q00111100LMrrrr0001H0nnnnnddddd  FP16 todo C7.2 FMLA
FMLAvElemRSD       0Q0011111zLMrrrr0001H0nnnnnddddd  ASIMD todo C7.2 FMLA
FMLSvElemRHH       0Q00111100LMrrrr0101H0nnnnnddddd  FP16 todo C7.2 FMLS
FMLSvElemRSD       0Q0011111zLMrrrr0101H0nnnnnddddd  ASIMD todo C7.2 FMLS
FMULvElemRHH       0Q00111100LMrrrr1001H0nnnnnddddd  FP16 todo C7.2 FMUL
FMULvElemRSD       0Q0011111zLMrrrr1001H0nnnnnddddd  ASIMD todo C7.2 FMUL
SUDOTvElem         0Q00111100LMrrrr1111H0nnnnnddddd  I8MM todo C7.2 SUDOT
BFDOTvElem         0Q00111101LMrrrr1111H0nnnnnddddd  BF16 todo C7.2 BFDOT
FMLALvElem         0Q00111110LMrrrr0000H0nnnnnddddd  FHM todo C7.2 FMLAL
FMLSLvElem         0Q00111110LMrrrr0100H0nnnnnddddd  FHM todo C7.2 FMLSL
USDOTvElem         0Q00111110LMrrrr1111H0nnnnnddddd  I8MM todo C7.2 USDOT
BFMLALvElem        0Q00111111LMrrrr1111H0nnnnnddddd  BF16 todo C7.2 BFMLAL
MLAvElem           0Q101111ssLMrrrr0000H0nnnnnddddd  ASIMD todo C7.2 MLA
UMLALvElem         0Q101111ssLMrrrr0010H0nnnnnddddd  ASIMD todo C7.2 UMLAL
MLSvElem           0Q101111ssLMrrrr0100H0nnnnnddddd  ASIMD todo C7.2 MLS
UMLSLvElem         0Q101111ssLMrrrr0110H0nnnnnddddd  ASIMD todo C7.2 UMLSL
UMULLvElem         0Q101111ssLMrrrr1010H0nnnnnddddd  ASIMD todo C7.2 UMULL
SQRDMLAHvElem      0Q101111ssLMrrrr1101H0nnnnnddddd  RDM todo C7.2 SQRDMLAH
UDOTvElem          0Q101111ssLMrrrr1110H0nnnnnddddd  DotProd todo C7.2 UDOT
SQRDMLSHvElem      0Q101111ssLMrrrr1111H0nnnnnddddd  RDM todo C7.2 SQRDMLSH
FMULXvElemRHH      0Q10111100LMrrrr1001H0nnnnnddddd  FP16 todo C7.2 FMULX
FMULXvElemRSD      0Q1011111zLMrrrr1001H0nnnnnddddd  ASIMD todo C7.2 FMULX
FCMLAvElem         0Q101111ssLMrrrr0RR1H0nnnnnddddd  FCMA todo C7.2 FCMLA
FMLAL2vElem        0Q10111110LMrrrr1000H0nnnnnddddd  FHM todo C7.2 FMLAL2
FMLSL2vElem        0Q10111110LMrrrr1100H0nnnnnddddd  FHM todo C7.2 FMLSL2
FMLALBvElem        0000111111LMrrrr0000H0nnnnnddddd  FP8 refused C7.2 FMLALB
FMLALLBBvElem      0010111100LMrrrr1000H0nnnnnddddd  FP8 refused C7.2 FMLALLBB
FMLALLBTvElem      0010111101LMrrrr1000H0nnnnnddddd  FP8 refused C7.2 FMLALLBT
FMLALTvElem        0100111111LMrrrr0000H0nnnnnddddd  FP8 refused C7.2 FMLALT
FMLALLTBvElem      0110111100LMrrrr1000H0nnnnnddddd  FP8 refused C7.2 FMLALLTB
FMLALLTTvElem      0110111101LMrrrr1000H0nnnnnddddd  FP8 refused C7.2 FMLALLTT

# asimdsame
letters Q=q d=rd m=rm n=rn s=vsize z=fsz
SHADDvSame         0Q001110ss1mmmmm000001nnnnnddddd  ASIMD todo C7.2 SHADD
SQADDvSame         0Q001110ss1mmmmm000011nnnnnddddd  ASIMD todo C7.2 SQADD
SRHADDvSame        0Q001110ss1mmmmm000101nnnnnddddd  ASIMD todo C7.2 SRHADD
SHSUBvSame         0Q001110ss1mmmmm001001nnnnnddddd  ASIMD todo C7.2 SHSUB
SQSUBvSame         0Q001110ss1mmmmm001011nnnnnddddd  ASIMD todo C7.2 SQSUB
CMGTvSame          0Q001110ss1mmmmm001101nnnnnddddd  ASIMD todo C7.2 CMGT
CMGEvSame          0Q001110ss1mmmmm001111nnnnnddddd  ASIMD todo C7.2 CMGE
SSHLvSame          0Q001110ss1mmmmm010001nnnnnddddd  ASIMD todo C7.2 SSHL
SQSHLvSame         0Q001110ss1mmmmm010011nnnnnddddd  ASIMD todo C7.2 SQSHL
SRSHLvSame         0Q001110ss1mmmmm010101nnnnnddddd  ASIMD todo C7.2 SRSHL
SQRSHLvSame        0Q001110ss1mmmmm010111nnnnnddddd  ASIMD todo C7.2 SQRSHL
SMAXvSame          0Q001110ss1mmmmm011001nnnnnddddd  ASIMD todo C7.2 SMAX
SMINvSame          0Q001110ss1mmmmm011011nnnnnddddd  ASIMD todo C7.2 SMIN
SABDvSame          0Q001110ss1mmmmm011101nnnnnddddd  ASIMD todo C7.2 SABD
SABAvSame          0Q001110ss1mmmmm011111nnnnnddddd  ASIMD todo C7.2 SABA
ADDvSame           0Q001110ss1mmmmm100001nnnnnddddd  ASIMD todo C7.2 ADD
CMTSTvSame         0Q001110ss1mmmmm100011nnnnnddddd  ASIMD todo C7.2 CMTST
MLAvSame           0Q001110ss1mmmmm100101nnnnnddddd  ASIMD todo C7.2 MLA
MULvSame           0Q001110ss1mmmmm100111nnnnnddddd  ASIMD todo C7.2 MUL
SMAXPvSame         0Q001110ss1mmmmm101001nnnnnddddd  ASIMD todo C7.2 SMAXP
SMINPvSame         0Q001110ss1mmmmm101011nnnnnddddd  ASIMD todo C7.2 SMINP
SQDMULHvSame       0Q001110ss1mmmmm101101nnnnnddddd  ASIMD todo C7.2 SQDMULH
ADDPvSame          0Q001110ss1mmmmm101111nnnnnddddd  ASIMD todo C7.2 ADDP
FMAXNMvSame        0Q0011100z1mmmmm110001nnnnnddddd  ASIMD todo C7.2 FMAXNM
FMLAvSame          0Q0011100z1mmmmm110011nnnnnddddd  ASIMD todo C7.2 FMLA
FADDvSame          0Q0011100z1mmmmm110101nnnnnddddd  ASIMD todo C7.2 FADD
FMULXvSame         0Q0011100z1mmmmm110111nnnnnddddd  ASIMD todo C7.2 FMULX
FCMEQvSame         0Q0011100z1mmmmm111001nnnnnddddd  ASIMD todo C7.2 FCMEQ
FMAXvSame          0Q0011100z1mmmmm111101nnnnnddddd  ASIMD todo C7.2 FMAX
FRECPSvSame        0Q0011100z1mmmmm111111nnnnnddddd  ASIMD todo C7.2 FRECPS
ANDvSame           0Q001110001mmmmm000111nnnnnddddd  ASIMD todo C7.2 AND
FMLALvSame         0Q001110001mmmmm111011nnnnnddddd  FHM todo C7.2 FMLAL
BICvSame           0Q001110011mmmmm000111nnnnnddddd  ASIMD todo C7.2 BIC
FMINNMvSame        0Q0011101z1mmmmm110001nnnnnddddd  ASIMD todo C7.2 FMINNM
FMLSvSame          0Q0011101z1mmmmm110011nnnnnddddd  ASIMD todo C7.2 FMLS
FSUBvSame          0Q0011101z1mmmmm110101nnnnnddddd  ASIMD todo C7.2 FSUB
FAMAXvSame         0Q0011101z1mmmmm110111nnnnnddddd  FAMINMAX refused C7.2 FAMAX
FMINvSame          0Q0011101z1mmmmm111101nnnnnddddd  ASIMD todo C7.2 FMIN
FRSQRTSvSame       0Q0011101z1mmmmm111111nnnnnddddd  ASIMD todo C7.2 FRSQRTS
ORRvSame           0Q001110101mmmmm000111nnnnnddddd  ASIMD todo C7.2 ORR
FMLSLvSame         0Q001110101mmmmm111011nnnnnddddd  FHM todo C7.2 FMLSL
ORNvSame           0Q001110111mmmmm000111nnnnnddddd  ASIMD todo C7.2 ORN
UHADDvSame         0Q101110ss1mmmmm000001nnnnnddddd  ASIMD todo C7.2 UHADD
UQADDvSame         0Q101110ss1mmmmm000011nnnnnddddd  ASIMD todo C7.2 UQADD
URHADDvSame        0Q101110ss1mmmmm000101nnnnnddddd  ASIMD todo C7.2 URHADD
UHSUBvSame         0Q101110ss1mmmmm001001nnnnnddddd  ASIMD todo C7.2 UHSUB
UQSUBvSame         0Q101110ss1mmmmm001011nnnnnddddd  ASIMD todo C7.2 UQSUB
CMHIvSame          0Q101110ss1mmmmm001101nnnnnddddd  ASIMD todo C7.2 CMHI
CMHSvSame          0Q101110ss1mmmmm001111nnnnnddddd  ASIMD todo C7.2 CMHS
USHLvSame          0Q101110ss1mmmmm010001nnnnnddddd  ASIMD todo C7.2 USHL
UQSHLvSame         0Q101110ss1mmmmm010011nnnnnddddd  ASIMD todo C7.2 UQSHL
URSHLvSame         0Q101110ss1mmmmm010101nnnnnddddd  ASIMD todo C7.2 URSHL
UQRSHLvSame        0Q101110ss1mmmmm010111nnnnnddddd  ASIMD todo C7.2 UQRSHL
UMAXvSame          0Q101110ss1mmmmm011001nnnnnddddd  ASIMD todo C7.2 UMAX
UMINvSame          0Q101110ss1mmmmm011011nnnnnddddd  ASIMD todo C7.2 UMIN
UABDvSame          0Q101110ss1mmmmm011101nnnnnddddd  ASIMD todo C7.2 UABD
UABAvSame          0Q101110ss1mmmmm011111nnnnnddddd  ASIMD todo C7.2 UABA
SUBvSame           0Q101110ss1mmmmm100001nnnnnddddd  ASIMD todo C7.2 SUB
CMEQvSame          0Q101110ss1mmmmm100011nnnnnddddd  ASIMD todo C7.2 CMEQ
MLSvSame           0Q101110ss1mmmmm100101nnnnnddddd  ASIMD todo C7.2 MLS
PMULvSame          0Q101110ss1mmmmm100111nnnnnddddd  ASIMD todo C7.2 PMUL
UMAXPvSame         0Q101110ss1mmmmm101001nnnnnddddd  ASIMD todo C7.2 UMAXP
UMINPvSame         0Q101110ss1mmmmm101011nnnnnddddd  ASIMD todo C7.2 UMINP
SQRDMULHvSame      0Q101110ss1mmmmm101101nnnnnddddd  ASIMD todo C7.2 SQRDMULH
FMAXNMPvSame       0Q1011100z1mmmmm110001nnnnnddddd  ASIMD todo C7.2 FMAXNMP
FADDPvSame         0Q1011100z1mmmmm110101nnnnnddddd  ASIMD todo C7.2 FADDP
FMULvSame          0Q1011100z1mmmmm110111nnnnnddddd  ASIMD todo C7.2 FMUL
FCMGEvSame         0Q1011100z1mmmmm111001nnnnnddddd  ASIMD todo C7.2 FCMGE
FACGEvSame         0Q1011100z1mmmmm111011nnnnnddddd  ASIMD todo C7.2 FACGE
FMAXPvSame         0Q1011100z1mmmmm111101nnnnnddddd  ASIMD todo C7.2 FMAXP
FDIVvSame          0Q1011100z1mmmmm111111nnnnnddddd  ASIMD todo C7.2 FDIV
EORvSame           0Q101110001mmmmm000111nnnnnddddd  ASIMD todo C7.2 EOR
FMLAL2vSame        0Q101110001mmmmm110011nnnnnddddd  FHM todo C7.2 FMLAL2
BSLvSame           0Q101110011mmmmm000111nnnnnddddd  ASIMD todo C7.2 BSL
FMINNMPvSame       0Q1011101z1mmmmm110001nnnnnddddd  ASIMD todo C7.2 FMINNMP
FABDvSame          0Q1011101z1mmmmm110101nnnnnddddd  ASIMD todo C7.2 FABD
FAMINvSame         0Q1011101z1mmmmm110111nnnnnddddd  FAMINMAX refused C7.2 FAMIN
FCMGTvSame         0Q1011101z1mmmmm111001nnnnnddddd  ASIMD todo C7.2 FCMGT
FACGTvSame         0Q1011101z1mmmmm111011nnnnnddddd  ASIMD todo C7.2 FACGT
FMINPvSame         0Q1011101z1mmmmm111101nnnnnddddd  ASIMD todo C7.2 FMINP
FSCALEvSame        0Q1011101z1mmmmm111111nnnnnddddd  FP8 refused C7.2 FSCALE
BITvSame           0Q101110101mmmmm000111nnnnnddddd  ASIMD todo C7.2 BIT
FMLSL2vSame        0Q101110101mmmmm110011nnnnnddddd  FHM todo C7.2 FMLSL2
BIFvSame           0Q101110111mmmmm000111nnnnnddddd  ASIMD todo C7.2 BIF

# asimdmiscfp16
letters Q=q d=rd n=rn
FRINTNvMisc16      0Q00111001111001100010nnnnnddddd  FP16 todo C7.2 FRINTN
FRINTMvMisc16      0Q00111001111001100110nnnnnddddd  FP16 todo C7.2 FRINTM
FCVTNSvMisc16      0Q00111001111001101010nnnnnddddd  FP16 todo C7.2 FCVTNS
FCVTMSvMisc16      0Q00111001111001101110nnnnnddddd  FP16 todo C7.2 FCVTMS
FCVTASvMisc16      0Q00111001111001110010nnnnnddddd  FP16 todo C7.2 FCVTAS
SCVTFvMisc16       0Q00111001111001110110nnnnnddddd  FP16 todo C7.2 SCVTF
FCMGTvMisc16       0Q00111011111000110010nnnnnddddd  FP16 todo C7.2 FCMGT
FCMEQvMisc16       0Q00111011111000110110nnnnnddddd  FP16 todo C7.2 FCMEQ
FCMLTvMisc16       0Q00111011111000111010nnnnnddddd  FP16 todo C7.2 FCMLT
FABSvMisc16        0Q00111011111000111110nnnnnddddd  FP16 todo C7.2 FABS
FRINTPvMisc16      0Q00111011111001100010nnnnnddddd  FP16 todo C7.2 FRINTP
FRINTZvMisc16      0Q00111011111001100110nnnnnddddd  FP16 todo C7.2 FRINTZ
FCVTPSvMisc16      0Q00111011111001101010nnnnnddddd  FP16 todo C7.2 FCVTPS
FCVTZSvMisc16      0Q00111011111001101110nnnnnddddd  FP16 todo C7.2 FCVTZS
FRECPEvMisc16      0Q00111011111001110110nnnnnddddd  FP16 todo C7.2 FRECPE
FRINTAvMisc16      0Q10111001111001100010nnnnnddddd  FP16 todo C7.2 FRINTA
FRINTXvMisc16      0Q10111001111001100110nnnnnddddd  FP16 todo C7.2 FRINTX
FCVTNUvMisc16      0Q10111001111001101010nnnnnddddd  FP16 todo C7.2 FCVTNU
FCVTMUvMisc16      0Q10111001111001101110nnnnnddddd  FP16 todo C7.2 FCVTMU
FCVTAUvMisc16      0Q10111001111001110010nnnnnddddd  FP16 todo C7.2 FCVTAU
UCVTFvMisc16       0Q10111001111001110110nnnnnddddd  FP16 todo C7.2 UCVTF
FCMGEvMisc16       0Q10111011111000110010nnnnnddddd  FP16 todo C7.2 FCMGE
FCMLEvMisc16       0Q10111011111000110110nnnnnddddd  FP16 todo C7.2 FCMLE
FNEGvMisc16        0Q10111011111000111110nnnnnddddd  FP16 todo C7.2 FNEG
FRINTIvMisc16      0Q10111011111001100110nnnnnddddd  FP16 todo C7.2 FRINTI
FCVTPUvMisc16      0Q10111011111001101010nnnnnddddd  FP16 todo C7.2 FCVTPU
FCVTZUvMisc16      0Q10111011111001101110nnnnnddddd  FP16 todo C7.2 FCVTZU
FRSQRTEvMisc16     0Q10111011111001110110nnnnnddddd  FP16 todo C7.2 FRSQRTE
FSQRTvMisc16       0Q10111011111001111110nnnnnddddd  FP16 todo C7.2 FSQRT

# floatcmp
letters m=rm n=rn y=ftype
FCMPS              00011110yy1mmmmm001000nnnnn00000  FP todo C7.2 FCMP
FCMPSZ             00011110yy100000001000nnnnn01000  FP todo C7.2 FCMP
FCMPES             00011110yy1mmmmm001000nnnnn10000  FP todo C7.2 FCMPE
FCMPESZ            00011110yy100000001000nnnnn11000  FP todo C7.2 FCMPE

# float2fix
letters d=rd e=scale n=rn w=sf z=fsz
SCVTFfFixS32       w00111100z000010eeeeeennnnnddddd  FP todo C7.2 SCVTF
SCVTFfFixH32       w001111011000010eeeeeennnnnddddd  FP todo C7.2 SCVTF
UCVTFfFixS32       w00111100z000011eeeeeennnnnddddd  FP todo C7.2 UCVTF
UCVTFfFixH32       w001111011000011eeeeeennnnnddddd  FP todo C7.2 UCVTF
FCVTZSfFix32S      w00111100z011000eeeeeennnnnddddd  FP todo C7.2 FCVTZS
FCVTZSfFix32H      w001111011011000eeeeeennnnnddddd  FP todo C7.2 FCVTZS
FCVTZUfFix32S      w00111100z011001eeeeeennnnnddddd  FP todo C7.2 FCVTZU
FCVTZUfFix32H      w001111011011001eeeeeennnnnddddd  FP todo C7.2 FCVTZU

# floatccmp
letters c=cond f=nzcv m=rm n=rn y=ftype
FCCMP              00011110yy1mmmmmcccc01nnnnn0ffff  FP todo C7.2 FCCMP
FCCMPE             00011110yy1mmmmmcccc01nnnnn1ffff  FP todo C7.2 FCCMPE

# asimdins
letters Q=q d=rd i=imm5 n=rn
DUPvInsDVv         0Q001110000iiiii000001nnnnnddddd  ASIMD todo C7.2 DUP
DUPvInsDRr         0Q001110000iiiii000011nnnnnddddd  ASIMD todo C7.2 DUP
SMOVvIns           0Q001110000iiiii001011nnnnnddddd  ASIMD todo C7.2 SMOV
UMOVvInsWw         00001110000iiiii001111nnnnnddddd  ASIMD todo C7.2 UMOV
letters d=rd i=imm5hi n=rn
UMOVvInsXx         01001110000i1000001111nnnnnddddd  ASIMD todo C7.2 UMOV
letters d=rd i=imm5 j=imm4 n=rn
INSvInsIRr         01001110000iiiii000111nnnnnddddd  ASIMD todo C7.2 INS
INSvInsIVv         01101110000iiiii0jjjj1nnnnnddddd  ASIMD todo C7.2 INS

# asisdone
letters d=rd i=imm5 n=rn
DUPsOne            01011110000iiiii000001nnnnnddddd  ASIMD todo C7.2 DUP

# asimdtbl
letters Q=q d=rd l=tbllen m=rm n=rn
TBLvTblL11         0Q001110000mmmmm000000nnnnnddddd  ASIMD todo C7.2 TBL
TBLvTblL22         0Q001110000mmmmm001000nnnnnddddd  ASIMD todo C7.2 TBL
TBLvTblL33         0Q001110000mmmmm010000nnnnnddddd  ASIMD todo C7.2 TBL
TBLvTblL44         0Q001110000mmmmm011000nnnnnddddd  ASIMD todo C7.2 TBL
TBXvTblL11         0Q001110000mmmmm000100nnnnnddddd  ASIMD todo C7.2 TBX
TBXvTblL22         0Q001110000mmmmm001100nnnnnddddd  ASIMD todo C7.2 TBX
TBXvTblL33         0Q001110000mmmmm010100nnnnnddddd  ASIMD todo C7.2 TBX
TBXvTblL44         0Q001110000mmmmm011100nnnnnddddd  ASIMD todo C7.2 TBX
LUTI4vTblL7        01001110010mmmmm0ll100nnnnnddddd  LUT refused C7.2 LUTI4
letters d=rd l=tbllen1 m=rm n=rn
LUTI4vTblL5        01001110010mmmmm0l1000nnnnnddddd  LUT refused C7.2 LUTI4
letters d=rd l=tbllen m=rm n=rn p=op12
LUTI2vTblL5        01001110100mmmmm0ll100nnnnnddddd  LUT refused C7.2 LUTI2
LUTI2vTblL6        01001110110mmmmm0llp00nnnnnddddd  LUT refused C7.2 LUTI2

# crypto3_imm2
letters d=rd i=sm3imm2 m=rm n=rn
SM3TT1A            11001110010mmmmm10ii00nnnnnddddd  SM3 todo C7.2 SM3TT1A
SM3TT1B            11001110010mmmmm10ii01nnnnnddddd  SM3 todo C7.2 SM3TT1B
SM3TT2A            11001110010mmmmm10ii10nnnnnddddd  SM3 todo C7.2 SM3TT2A
SM3TT2B            11001110010mmmmm10ii11nnnnnddddd  SM3 todo C7.2 SM3TT2B

# cryptoaes
letters d=rd n=rn
AESE               0100111000101000010010nnnnnddddd  AES todo C7.2 AESE
AESD               0100111000101000010110nnnnnddddd  AES todo C7.2 AESD
AESMC              0100111000101000011010nnnnnddddd  AES todo C7.2 AESMC
AESIMC             0100111000101000011110nnnnnddddd  AES todo C7.2 AESIMC

# crypto4
letters a=ra d=rd m=rm n=rn
EOR3               11001110000mmmmm0aaaaannnnnddddd  SHA3 todo C7.2 EOR3
BCAX               11001110001mmmmm0aaaaannnnnddddd  SHA3 todo C7.2 BCAX
SM3SS1             11001110010mmmmm0aaaaannnnnddddd  SM3 todo C7.2 SM3SS1

# asimdext
letters Q=q d=rd j=imm4 m=rm n=rn
EXTvExt            0Q101110000mmmmm0jjjj0nnnnnddddd  ASIMD todo C7.2 EXT

# asimdsamefp16
letters Q=q d=rd m=rm n=rn
FMAXNMvSame16      0Q001110010mmmmm000001nnnnnddddd  FP16 todo C7.2 FMAXNM
FMLAvSame16        0Q001110010mmmmm000011nnnnnddddd  FP16 todo C7.2 FMLA
FADDvSame16        0Q001110010mmmmm000101nnnnnddddd  FP16 todo C7.2 FADD
FMULXvSame16       0Q001110010mmmmm000111nnnnnddddd  FP16 todo C7.2 FMULX
FCMEQvSame16       0Q001110010mmmmm001001nnnnnddddd  FP16 todo C7.2 FCMEQ
FMAXvSame16        0Q001110010mmmmm001101nnnnnddddd  FP16 todo C7.2 FMAX
FRECPSvSame16      0Q001110010mmmmm001111nnnnnddddd  FP16 todo C7.2 FRECPS
FMINNMvSame16      0Q001110110mmmmm000001nnnnnddddd  FP16 todo C7.2 FMINNM
FMLSvSame16        0Q001110110mmmmm000011nnnnnddddd  FP16 todo C7.2 FMLS
FSUBvSame16        0Q001110110mmmmm000101nnnnnddddd  FP16 todo C7.2 FSUB
FAMAXvSame16       0Q001110110mmmmm000111nnnnnddddd  FP16 todo C7.2 FAMAX
FMINvSame16        0Q001110110mmmmm001101nnnnnddddd  FP16 todo C7.2 FMIN
FRSQRTSvSame16     0Q001110110mmmmm001111nnnnnddddd  FP16 todo C7.2 FRSQRTS
FMAXNMPvSame16     0Q101110010mmmmm000001nnnnnddddd  FP16 todo C7.2 FMAXNMP
FADDPvSame16       0Q101110010mmmmm000101nnnnnddddd  FP16 todo C7.2 FADDP
FMULvSame16        0Q101110010mmmmm000111nnnnnddddd  FP16 todo C7.2 FMUL
FCMGEvSame16       0Q101110010mmmmm001001nnnnnddddd  FP16 todo C7.2 FCMGE
FACGEvSame16       0Q101110010mmmmm001011nnnnnddddd  FP16 todo C7.2 FACGE
FMAXPvSame16       0Q101110010mmmmm001101nnnnnddddd  FP16 todo C7.2 FMAXP
FDIVvSame16        0Q101110010mmmmm001111nnnnnddddd  FP16 todo C7.2 FDIV
FMINNMPvSame16     0Q101110110mmmmm000001nnnnnddddd  FP16 todo C7.2 FMINNMP
FABDvSame16        0Q101110110mmmmm000101nnnnnddddd  FP16 todo C7.2 FABD
FAMINvSame16       0Q101110110mmmmm000111nnnnnddddd  FP16 todo C7.2 FAMIN
FCMGTvSame16       0Q101110110mmmmm001001nnnnnddddd  FP16 todo C7.2 FCMGT
FACGTvSame16       0Q101110110mmmmm001011nnnnnddddd  FP16 todo C7.2 FACGT
FMINPvSame16       0Q101110110mmmmm001101nnnnnddddd  FP16 todo C7.2 FMINP
FSCALEvSame16      0Q101110110mmmmm001111nnnnnddddd  FP16 todo C7.2 FSCALE

# crypto3_imm6
letters d=rd i=imm6 m=rm n=rn
XAR                11001110100mmmmmiiiiiinnnnnddddd  SHA3 todo C7.2 XAR

# cryptosha512_3
letters d=rd m=rm n=rn
SHA512H            11001110011mmmmm100000nnnnnddddd  SHA512 todo C7.2 SHA512H
SHA512H2           11001110011mmmmm100001nnnnnddddd  SHA512 todo C7.2 SHA512H2
SHA512SU1          11001110011mmmmm100010nnnnnddddd  SHA512 todo C7.2 SHA512SU1
RAX1               11001110011mmmmm100011nnnnnddddd  SHA3 todo C7.2 RAX1
SM3PARTW1          11001110011mmmmm110000nnnnnddddd  SM3 todo C7.2 SM3PARTW1
SM3PARTW2          11001110011mmmmm110001nnnnnddddd  SM3 todo C7.2 SM3PARTW2
SM4EKEY            11001110011mmmmm110010nnnnnddddd  SM4 todo C7.2 SM4EKEY

# asimdperm
letters Q=q d=rd m=rm n=rn s=vsize
UZP1vPerm          0Q001110ss0mmmmm000110nnnnnddddd  ASIMD todo C7.2 UZP1
TRN1vPerm          0Q001110ss0mmmmm001010nnnnnddddd  ASIMD todo C7.2 TRN1
ZIP1vPerm          0Q001110ss0mmmmm001110nnnnnddddd  ASIMD todo C7.2 ZIP1
UZP2vPerm          0Q001110ss0mmmmm010110nnnnnddddd  ASIMD todo C7.2 UZP2
TRN2vPerm          0Q001110ss0mmmmm011010nnnnnddddd  ASIMD todo C7.2 TRN2
ZIP2vPerm          0Q001110ss0mmmmm011110nnnnnddddd  ASIMD todo C7.2 ZIP2

# asimddiff
letters Q=q d=rd m=rm n=rn s=vsize
SADDLvDiff         0Q001110ss1mmmmm000000nnnnnddddd  ASIMD todo C7.2 SADDL
SADDWvDiff         0Q001110ss1mmmmm000100nnnnnddddd  ASIMD todo C7.2 SADDW
SSUBLvDiff         0Q001110ss1mmmmm001000nnnnnddddd  ASIMD todo C7.2 SSUBL
SSUBWvDiff         0Q001110ss1mmmmm001100nnnnnddddd  ASIMD todo C7.2 SSUBW
ADDHNvDiff         0Q001110ss1mmmmm010000nnnnnddddd  ASIMD todo C7.2 ADDHN
SABALvDiff         0Q001110ss1mmmmm010100nnnnnddddd  ASIMD todo C7.2 SABAL
SUBHNvDiff         0Q001110ss1mmmmm011000nnnnnddddd  ASIMD todo C7.2 SUBHN
SABDLvDiff         0Q001110ss1mmmmm011100nnnnnddddd  ASIMD todo C7.2 SABDL
SMLALvDiff         0Q001110ss1mmmmm100000nnnnnddddd  ASIMD todo C7.2 SMLAL
SQDMLALvDiff       0Q001110ss1mmmmm100100nnnnnddddd  ASIMD todo C7.2 SQDMLAL
SMLSLvDiff         0Q001110ss1mmmmm101000nnnnnddddd  ASIMD todo C7.2 SMLSL
SQDMLSLvDiff       0Q001110ss1mmmmm101100nnnnnddddd  ASIMD todo C7.2 SQDMLSL
SMULLvDiff         0Q001110ss1mmmmm110000nnnnnddddd  ASIMD todo C7.2 SMULL
SQDMULLvDiff       0Q001110ss1mmmmm110100nnnnnddddd  ASIMD todo C7.2 SQDMULL
PMULLvDiff         0Q001110ss1mmmmm111000nnnnnddddd  ASIMD todo C7.2 PMULL
UADDLvDiff         0Q101110ss1mmmmm000000nnnnnddddd  ASIMD todo C7.2 UADDL
UADDWvDiff         0Q101110ss1mmmmm000100nnnnnddddd  ASIMD todo C7.2 UADDW
USUBLvDiff         0Q101110ss1mmmmm001000nnnnnddddd  ASIMD todo C7.2 USUBL
USUBWvDiff         0Q101110ss1mmmmm001100nnnnnddddd  ASIMD todo C7.2 USUBW
RADDHNvDiff        0Q101110ss1mmmmm010000nnnnnddddd  ASIMD todo C7.2 RADDHN
UABALvDiff         0Q101110ss1mmmmm010100nnnnnddddd  ASIMD todo C7.2 UABAL
RSUBHNvDiff        0Q101110ss1mmmmm011000nnnnnddddd  ASIMD todo C7.2 RSUBHN
UABDLvDiff         0Q101110ss1mmmmm011100nnnnnddddd  ASIMD todo C7.2 UABDL
UMLALvDiff         0Q101110ss1mmmmm100000nnnnnddddd  ASIMD todo C7.2 UMLAL
UMLSLvDiff         0Q101110ss1mmmmm101000nnnnnddddd  ASIMD todo C7.2 UMLSL
UMULLvDiff         0Q101110ss1mmmmm110000nnnnnddddd  ASIMD todo C7.2 UMULL

# floatdp1
letters Y=bit23 d=rd n=rn y=ftype z=fsz
FMOVf1             00011110yy100000010000nnnnnddddd  FP todo C7.2 FMOV
FABSf1             00011110yy100000110000nnnnnddddd  FP todo C7.2 FABS
FNEGf1             00011110yy100001010000nnnnnddddd  FP todo C7.2 FNEG
FSQRTf1            00011110yy100001110000nnnnnddddd  FP todo C7.2 FSQRT
FCVTf1DS           0001111000100010110000nnnnnddddd  FP todo C7.2 FCVT
FCVTf1HS           000111100z100011110000nnnnnddddd  FP todo C7.2 FCVT
FCVTf1SD           00011110Y1100010010000nnnnnddddd  FP todo C7.2 FCVT
FCVTf1DH           0001111011100010110000nnnnnddddd  FP todo C7.2 FCVT
FRINTNf1           00011110yy100100010000nnnnnddddd  FP todo C7.2 FRINTN
FRINTPf1           00011110yy100100110000nnnnnddddd  FP todo C7.2 FRINTP
FRINTMf1           00011110yy100101010000nnnnnddddd  FP todo C7.2 FRINTM
FRINTZf1           00011110yy100101110000nnnnnddddd  FP todo C7.2 FRINTZ
FRINTAf1           00011110yy100110010000nnnnnddddd  FP todo C7.2 FRINTA
FRINTXf1           00011110yy100111010000nnnnnddddd  FP todo C7.2 FRINTX
FRINTIf1           00011110yy100111110000nnnnnddddd  FP todo C7.2 FRINTI
FRINT32Zf1         00011110yy101000010000nnnnnddddd  FRINTTS todo C7.2 FRINT32Z
FRINT32Xf1         00011110yy101000110000nnnnnddddd  FRINTTS todo C7.2 FRINT32X
FRINT64Zf1         00011110yy101001010000nnnnnddddd  FRINTTS todo C7.2 FRINT64Z
FRINT64Xf1         00011110yy101001110000nnnnnddddd  FRINTTS todo C7.2 FRINT64X
BFCVTf1            0001111001100011010000nnnnnddddd  BF16 todo C7.2 BFCVT

# floatimm
letters d=rd i=imm8 y=ftype
FMOVfImm           00011110yy1iiiiiiii10000000ddddd  FP todo C7.2 FMOV

# asimdimm
letters A=immabc I=immdefgh Q=q d=rd g=cmode13w
MOVIvImmLsl        0Q00111100000AAA0gg001IIIIIddddd  ASIMD todo,prio=1 C7.2 MOVI
letters A=immabc I=immdefgh Q=q d=rd g=cmode13
MOVIvImmLhl        0Q00111100000AAA10g001IIIIIddddd  ASIMD todo,prio=1 C7.2 MOVI
letters A=immabc I=immdefgh Q=q d=rd g=cmode12
MOVIvImmMsm        0Q00111100000AAA110g01IIIIIddddd  ASIMD todo,prio=1 C7.2 MOVI
MOVIvImmNb         0Q00111100000AAA111001IIIIIddddd  ASIMD todo,prio=1 C7.2 MOVI
MOVIvImmDds        0Q10111100000AAA111001IIIIIddddd  ASIMD todo,prio=1 C7.2 MOVI
letters A=immabc I=immdefgh Q=q d=rd g=cmode13w
ORRvImmLsl         0Q00111100000AAA0gg101IIIIIddddd  ASIMD todo,prio=1 C7.2 ORR
letters A=immabc I=immdefgh Q=q d=rd g=cmode13
ORRvImmLhl         0Q00111100000AAA10g101IIIIIddddd  ASIMD todo,prio=1 C7.2 ORR
FMOVvImmSs         0Q00111100000AAA111101IIIIIddddd  ASIMD todo,prio=1 C7.2 FMOV
FMOVvImmHh         0Q00111100000AAA111111IIIIIddddd  FP16 todo,prio=1 C7.2 FMOV
FMOVvImmD2d        0110111100000AAA111101IIIIIddddd  ASIMD todo,prio=1 C7.2 FMOV
letters A=immabc I=immdefgh Q=q d=rd g=cmode13w
MVNIvImmLsl        0Q10111100000AAA0gg001IIIIIddddd  ASIMD todo,prio=1 C7.2 MVNI
letters A=immabc I=immdefgh Q=q d=rd g=cmode13
MVNIvImmLhl        0Q10111100000AAA10g001IIIIIddddd  ASIMD todo,prio=1 C7.2 MVNI
letters A=immabc I=immdefgh Q=q d=rd g=cmode12
MVNIvImmMsm        0Q10111100000AAA110g01IIIIIddddd  ASIMD todo,prio=1 C7.2 MVNI
letters A=immabc I=immdefgh Q=q d=rd g=cmode13w
BICvImmLsl         0Q10111100000AAA0gg101IIIIIddddd  ASIMD todo,prio=1 C7.2 BIC
letters A=immabc I=immdefgh Q=q d=rd g=cmode13
BICvImmLhl         0Q10111100000AAA10g101IIIIIddddd  ASIMD todo,prio=1 C7.2 BIC

# asisdsame2
letters d=rd m=rm n=rn s=vsize
SQRDMLAHsSame2     01111110ss0mmmmm100001nnnnnddddd  RDM todo C7.2 SQRDMLAH
SQRDMLSHsSame2     01111110ss0mmmmm100011nnnnnddddd  RDM todo C7.2 SQRDMLSH

# asisddiff
letters d=rd m=rm n=rn s=vsize
SQDMLALsDiff       01011110ss1mmmmm100100nnnnnddddd  ASIMD todo C7.2 SQDMLAL
SQDMLSLsDiff       01011110ss1mmmmm101100nnnnnddddd  ASIMD todo C7.2 SQDMLSL
SQDMULLsDiff       01011110ss1mmmmm110100nnnnnddddd  ASIMD todo C7.2 SQDMULL

# floatdp2
letters d=rd m=rm n=rn y=ftype
FMULf2             00011110yy1mmmmm000010nnnnnddddd  FP todo C7.2 FMUL
FDIVf2             00011110yy1mmmmm000110nnnnnddddd  FP todo C7.2 FDIV
FADDf2             00011110yy1mmmmm001010nnnnnddddd  FP todo C7.2 FADD
FSUBf2             00011110yy1mmmmm001110nnnnnddddd  FP todo C7.2 FSUB
FMAXf2             00011110yy1mmmmm010010nnnnnddddd  FP todo C7.2 FMAX
FMINf2             00011110yy1mmmmm010110nnnnnddddd  FP todo C7.2 FMIN
FMAXNMf2           00011110yy1mmmmm011010nnnnnddddd  FP todo C7.2 FMAXNM
FMINNMf2           00011110yy1mmmmm011110nnnnnddddd  FP todo C7.2 FMINNM
FNMULf2            00011110yy1mmmmm100010nnnnnddddd  FP todo C7.2 FNMUL

# floatsel
letters c=cond d=rd m=rm n=rn y=ftype
FCSEL              00011110yy1mmmmmcccc11nnnnnddddd  FP todo C7.2 FCSEL

# float2int
letters Y=bit23 d=rd n=rn w=sf z=fsz
FCVTNSfInt32S      w00111100z100000000000nnnnnddddd  FP todo C7.2 FCVTNS
FCVTNSfInt32H      w001111011100000000000nnnnnddddd  FP todo C7.2 FCVTNS
FCVTNSfIntsisd32D  00011110Y1101010000000nnnnnddddd  FPRCVT refused C7.2 FCVTNS
FCVTNSfIntsisd64H  1001111011101010000000nnnnnddddd  FPRCVT refused C7.2 FCVTNS
FCVTNSfIntsisd64S  1001111000101010000000nnnnnddddd  FPRCVT refused C7.2 FCVTNS
FCVTNUfInt32S      w00111100z100001000000nnnnnddddd  FP todo C7.2 FCVTNU
FCVTNUfInt32H      w001111011100001000000nnnnnddddd  FP todo C7.2 FCVTNU
FCVTNUfIntsisd32D  00011110Y1101011000000nnnnnddddd  FPRCVT refused C7.2 FCVTNU
FCVTNUfIntsisd64H  1001111011101011000000nnnnnddddd  FPRCVT refused C7.2 FCVTNU
FCVTNUfIntsisd64S  1001111000101011000000nnnnnddddd  FPRCVT refused C7.2 FCVTNU
SCVTFfIntS32       w00111100z100010000000nnnnnddddd  FP todo C7.2 SCVTF
SCVTFfIntH32       w001111011100010000000nnnnnddddd  FP todo C7.2 SCVTF
SCVTFfIntsisd32D   00011110Y1111100000000nnnnnddddd  FPRCVT refused C7.2 SCVTF
SCVTFfIntsisd64H   1001111011111100000000nnnnnddddd  FPRCVT refused C7.2 SCVTF
SCVTFfIntsisd64S   1001111000111100000000nnnnnddddd  FPRCVT refused C7.2 SCVTF
UCVTFfIntS32       w00111100z100011000000nnnnnddddd  FP todo C7.2 UCVTF
UCVTFfIntH32       w001111011100011000000nnnnnddddd  FP todo C7.2 UCVTF
UCVTFfIntsisd32D   00011110Y1111101000000nnnnnddddd  FPRCVT refused C7.2 UCVTF
UCVTFfIntsisd64H   1001111011111101000000nnnnnddddd  FPRCVT refused C7.2 UCVTF
UCVTFfIntsisd64S   1001111000111101000000nnnnnddddd  FPRCVT refused C7.2 UCVTF
FCVTASfInt32S      w00111100z100100000000nnnnnddddd  FP todo C7.2 FCVTAS
FCVTASfInt32H      w001111011100100000000nnnnnddddd  FP todo C7.2 FCVTAS
FCVTASfIntsisd32D  00011110Y1111010000000nnnnnddddd  FPRCVT refused C7.2 FCVTAS
FCVTASfIntsisd64H  1001111011111010000000nnnnnddddd  FPRCVT refused C7.2 FCVTAS
FCVTASfIntsisd64S  1001111000111010000000nnnnnddddd  FPRCVT refused C7.2 FCVTAS
FCVTAUfInt32S      w00111100z100101000000nnnnnddddd  FP todo C7.2 FCVTAU
FCVTAUfInt32H      w001111011100101000000nnnnnddddd  FP todo C7.2 FCVTAU
FCVTAUfIntsisd32D  00011110Y1111011000000nnnnnddddd  FPRCVT refused C7.2 FCVTAU
FCVTAUfIntsisd64H  1001111011111011000000nnnnnddddd  FPRCVT refused C7.2 FCVTAU
FCVTAUfIntsisd64S  1001111000111011000000nnnnnddddd  FPRCVT refused C7.2 FCVTAU
FMOVfInt32S        0001111000100110000000nnnnnddddd  FP todo C7.2 FMOV
FMOVfIntS32        0001111000100111000000nnnnnddddd  FP todo C7.2 FMOV
FMOVfInt32H        w001111011100110000000nnnnnddddd  FP todo C7.2 FMOV
FMOVfIntH32        w001111011100111000000nnnnnddddd  FP todo C7.2 FMOV
FMOVfInt64D        1001111001100110000000nnnnnddddd  FP todo C7.2 FMOV
FMOVfIntD64        1001111001100111000000nnnnnddddd  FP todo C7.2 FMOV
FMOVfInt64VX       1001111010101110000000nnnnnddddd  FP todo C7.2 FMOV
FMOVfIntV64I       1001111010101111000000nnnnnddddd  FP todo C7.2 FMOV
FCVTPSfInt32S      w00111100z101000000000nnnnnddddd  FP todo C7.2 FCVTPS
FCVTPSfInt32H      w001111011101000000000nnnnnddddd  FP todo C7.2 FCVTPS
FCVTPSfIntsisd32D  00011110Y1110010000000nnnnnddddd  FPRCVT refused C7.2 FCVTPS
FCVTPSfIntsisd64H  1001111011110010000000nnnnnddddd  FPRCVT refused C7.2 FCVTPS
FCVTPSfIntsisd64S  1001111000110010000000nnnnnddddd  FPRCVT refused C7.2 FCVTPS
FCVTPUfInt32S      w00111100z101001000000nnnnnddddd  FP todo C7.2 FCVTPU
FCVTPUfInt32H      w001111011101001000000nnnnnddddd  FP todo C7.2 FCVTPU
FCVTPUfIntsisd32D  00011110Y1110011000000nnnnnddddd  FPRCVT refused C7.2 FCVTPU
FCVTPUfIntsisd64H  1001111011110011000000nnnnnddddd  FPRCVT refused C7.2 FCVTPU
FCVTPUfIntsisd64S  1001111000110011000000nnnnnddddd  FPRCVT refused C7.2 FCVTPU
FCVTMSfInt32S      w00111100z110000000000nnnnnddddd  FP todo C7.2 FCVTMS
FCVTMSfInt32H      w001111011110000000000nnnnnddddd  FP todo C7.2 FCVTMS
FCVTMSfIntsisd32D  00011110Y1110100000000nnnnnddddd  FPRCVT refused C7.2 FCVTMS
FCVTMSfIntsisd64H  1001111011110100000000nnnnnddddd  FPRCVT refused C7.2 FCVTMS
FCVTMSfIntsisd64S  1001111000110100000000nnnnnddddd  FPRCVT refused C7.2 FCVTMS
FCVTMUfInt32S      w00111100z110001000000nnnnnddddd  FP todo C7.2 FCVTMU
FCVTMUfInt32H      w001111011110001000000nnnnnddddd  FP todo C7.2 FCVTMU
FCVTMUfIntsisd32D  00011110Y1110101000000nnnnnddddd  FPRCVT refused C7.2 FCVTMU
FCVTMUfIntsisd64H  1001111011110101000000nnnnnddddd  FPRCVT refused C7.2 FCVTMU
FCVTMUfIntsisd64S  1001111000110101000000nnnnnddddd  FPRCVT refused C7.2 FCVTMU
FCVTZSfInt32S      w00111100z111000000000nnnnnddddd  FP todo C7.2 FCVTZS
FCVTZSfInt32H      w001111011111000000000nnnnnddddd  FP todo C7.2 FCVTZS
FCVTZSfIntsisd32D  00011110Y1110110000000nnnnnddddd  FPRCVT refused C7.2 FCVTZS
FCVTZSfIntsisd64H  1001111011110110000000nnnnnddddd  FPRCVT refused C7.2 FCVTZS
FCVTZSfIntsisd64S  1001111000110110000000nnnnnddddd  FPRCVT refused C7.2 FCVTZS
FCVTZUfInt32S      w00111100z111001000000nnnnnddddd  FP todo C7.2 FCVTZU
FCVTZUfInt32H      w001111011111001000000nnnnnddddd  FP todo C7.2 FCVTZU
FCVTZUfIntsisd32D  00011110Y1110111000000nnnnnddddd  FPRCVT refused C7.2 FCVTZU
FCVTZUfIntsisd64H  1001111011110111000000nnnnnddddd  FPRCVT refused C7.2 FCVTZU
FCVTZUfIntsisd64S  1001111000110111000000nnnnnddddd  FPRCVT refused C7.2 FCVTZU
FJCVTZSfInt        0001111001111110000000nnnnnddddd  JSCVT todo C7.2 FJCVTZS

# asimdsame2
letters Q=q R=rot11 d=rd m=rm n=rn s=vsize z=fsz
SDOTvSame2         0Q001110ss0mmmmm100101nnnnnddddd  DotProd todo C7.2 SDOT
FCVTNvSame2        0Q0011100z0mmmmm111101nnnnnddddd  ASIMD todo C7.2 FCVTN
FDOTvSame2DD       0Q0011100z0mmmmm111111nnnnnddddd  FP8 refused C7.2 FDOT
FDOTvSame2FP16FP32 0Q001110100mmmmm111111nnnnnddddd  FP8 refused C7.2 FDOT
USDOTvSame2        0Q001110100mmmmm100111nnnnnddddd  I8MM todo C7.2 USDOT
SQRDMLAHvSame2     0Q101110ss0mmmmm100001nnnnnddddd  RDM todo C7.2 SQRDMLAH
SQRDMLSHvSame2     0Q101110ss0mmmmm100011nnnnnddddd  RDM todo C7.2 SQRDMLSH
UDOTvSame2         0Q101110ss0mmmmm100101nnnnnddddd  DotProd todo C7.2 UDOT
FCMLAvSame2        0Q101110ss0mmmmm110RR1nnnnnddddd  FCMA todo C7.2 FCMLA
letters Q=q R=rot12 Y=bit23 d=rd m=rm n=rn s=vsize
FCADDvSame2        0Q101110ss0mmmmm111R01nnnnnddddd  FCMA todo C7.2 FCADD
BFDOTvSame2        0Q101110010mmmmm111111nnnnnddddd  BF16 todo C7.2 BFDOT
BFMLALvSame2       0Q101110110mmmmm111111nnnnnddddd  BF16 todo C7.2 BFMLAL
FMLALLBBvSame2     00001110000mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLBB
FMLALLBTvSame2     00001110010mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLBT
FMLALBvSame2       00001110110mmmmm111111nnnnnddddd  FP8 refused C7.2 FMLALB
FMLALLTBvSame2     01001110000mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLTB
FMLALLTTvSame2     01001110010mmmmm110001nnnnnddddd  FP8 refused C7.2 FMLALLTT
SMMLAvSame2        01001110100mmmmm101001nnnnnddddd  I8MM todo C7.2 SMMLA
USMMLAvSame2       01001110100mmmmm101011nnnnnddddd  I8MM todo C7.2 USMMLA
FMMLAvSame2FP16FP16 01001110Y10mmmmm111011nnnnnddddd  FP8 refused C7.2 FMMLA
FMMLAvSame2FP8FP16 01101110Y00mmmmm111011nnnnnddddd  FP8 refused C7.2 FMMLA
FMLALTvSame2       01001110110mmmmm111111nnnnnddddd  FP8 refused C7.2 FMLALT
BFMMLAvSame2       01101110010mmmmm111011nnnnnddddd  BF16 todo C7.2 BFMMLA
UMMLAvSame2        01101110100mmmmm101001nnnnnddddd  I8MM todo C7.2 UMMLA

# asisdsame
letters d=rd m=rm n=rn s=vsize z=fsz
SQADDsSame         01011110ss1mmmmm000011nnnnnddddd  ASIMD todo C7.2 SQADD
SQSUBsSame         01011110ss1mmmmm001011nnnnnddddd  ASIMD todo C7.2 SQSUB
CMGTsSame          01011110111mmmmm001101nnnnnddddd  ASIMD todo C7.2 CMGT
CMGEsSame          01011110111mmmmm001111nnnnnddddd  ASIMD todo C7.2 CMGE
SSHLsSame          01011110111mmmmm010001nnnnnddddd  ASIMD todo C7.2 SSHL
SQSHLsSame         01011110ss1mmmmm010011nnnnnddddd  ASIMD todo C7.2 SQSHL
SRSHLsSame         01011110111mmmmm010101nnnnnddddd  ASIMD todo C7.2 SRSHL
SQRSHLsSame        01011110ss1mmmmm010111nnnnnddddd  ASIMD todo C7.2 SQRSHL
ADDsSame           01011110111mmmmm100001nnnnnddddd  ASIMD todo C7.2 ADD
CMTSTsSame         01011110111mmmmm100011nnnnnddddd  ASIMD todo C7.2 CMTST
SQDMULHsSame       01011110ss1mmmmm101101nnnnnddddd  ASIMD todo C7.2 SQDMULH
FMULXsSame         010111100z1mmmmm110111nnnnnddddd  ASIMD todo C7.2 FMULX
FCMEQsSame         010111100z1mmmmm111001nnnnnddddd  ASIMD todo C7.2 FCMEQ
FRECPSsSame        010111100z1mmmmm111111nnnnnddddd  ASIMD todo C7.2 FRECPS
FRSQRTSsSame       010111101z1mmmmm111111nnnnnddddd  ASIMD todo C7.2 FRSQRTS
UQADDsSame         01111110ss1mmmmm000011nnnnnddddd  ASIMD todo C7.2 UQADD
UQSUBsSame         01111110ss1mmmmm001011nnnnnddddd  ASIMD todo C7.2 UQSUB
CMHIsSame          01111110111mmmmm001101nnnnnddddd  ASIMD todo C7.2 CMHI
CMHSsSame          01111110111mmmmm001111nnnnnddddd  ASIMD todo C7.2 CMHS
USHLsSame          01111110111mmmmm010001nnnnnddddd  ASIMD todo C7.2 USHL
UQSHLsSame         01111110ss1mmmmm010011nnnnnddddd  ASIMD todo C7.2 UQSHL
URSHLsSame         01111110111mmmmm010101nnnnnddddd  ASIMD todo C7.2 URSHL
UQRSHLsSame        01111110ss1mmmmm010111nnnnnddddd  ASIMD todo C7.2 UQRSHL
SUBsSame           01111110111mmmmm100001nnnnnddddd  ASIMD todo C7.2 SUB
CMEQsSame          01111110111mmmmm100011nnnnnddddd  ASIMD todo C7.2 CMEQ
SQRDMULHsSame      01111110ss1mmmmm101101nnnnnddddd  ASIMD todo C7.2 SQRDMULH
FCMGEsSame         011111100z1mmmmm111001nnnnnddddd  ASIMD todo C7.2 FCMGE
FACGEsSame         011111100z1mmmmm111011nnnnnddddd  ASIMD todo C7.2 FACGE
FABDsSame          011111101z1mmmmm110101nnnnnddddd  ASIMD todo C7.2 FABD
FCMGTsSame         011111101z1mmmmm111001nnnnnddddd  ASIMD todo C7.2 FCMGT
FACGTsSame         011111101z1mmmmm111011nnnnnddddd  ASIMD todo C7.2 FACGT

# asisdmisc
letters d=rd n=rn s=vsize z=fsz
SUQADDsMisc        01011110ss100000001110nnnnnddddd  ASIMD todo C7.2 SUQADD
SQABSsMisc         01011110ss100000011110nnnnnddddd  ASIMD todo C7.2 SQABS
CMGTsMisc          0101111011100000100010nnnnnddddd  ASIMD todo C7.2 CMGT
CMEQsMisc          0101111011100000100110nnnnnddddd  ASIMD todo C7.2 CMEQ
CMLTsMisc          0101111011100000101010nnnnnddddd  ASIMD todo C7.2 CMLT
ABSsMisc           0101111011100000101110nnnnnddddd  ASIMD todo C7.2 ABS
SQXTNsMisc         01011110ss100001010010nnnnnddddd  ASIMD todo C7.2 SQXTN
FCVTNSsMisc        010111100z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTNS
FCVTMSsMisc        010111100z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTMS
FCVTASsMisc        010111100z100001110010nnnnnddddd  ASIMD todo C7.2 FCVTAS
SCVTFsMisc         010111100z100001110110nnnnnddddd  ASIMD todo C7.2 SCVTF
FCMGTsMisc         010111101z100000110010nnnnnddddd  ASIMD todo C7.2 FCMGT
FCMEQsMisc         010111101z100000110110nnnnnddddd  ASIMD todo C7.2 FCMEQ
FCMLTsMisc         010111101z100000111010nnnnnddddd  ASIMD todo C7.2 FCMLT
FCVTPSsMisc        010111101z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTPS
FCVTZSsMisc        010111101z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTZS
FRECPEsMisc        010111101z100001110110nnnnnddddd  ASIMD todo C7.2 FRECPE
FRECPXsMisc        010111101z100001111110nnnnnddddd  ASIMD todo C7.2 FRECPX
USQADDsMisc        01111110ss100000001110nnnnnddddd  ASIMD todo C7.2 USQADD
SQNEGsMisc         01111110ss100000011110nnnnnddddd  ASIMD todo C7.2 SQNEG
CMGEsMisc          0111111011100000100010nnnnnddddd  ASIMD todo C7.2 CMGE
CMLEsMisc          0111111011100000100110nnnnnddddd  ASIMD todo C7.2 CMLE
NEGsMisc           0111111011100000101110nnnnnddddd  ASIMD todo C7.2 NEG
SQXTUNsMisc        01111110ss100001001010nnnnnddddd  ASIMD todo C7.2 SQXTUN
UQXTNsMisc         01111110ss100001010010nnnnnddddd  ASIMD todo C7.2 UQXTN
FCVTXNsMisc        0111111001100001011010nnnnnddddd  ASIMD todo C7.2 FCVTXN
FCVTNUsMisc        011111100z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTNU
FCVTMUsMisc        011111100z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTMU
FCVTAUsMisc        011111100z100001110010nnnnnddddd  ASIMD todo C7.2 FCVTAU
UCVTFsMisc         011111100z100001110110nnnnnddddd  ASIMD todo C7.2 UCVTF
FCMGEsMisc         011111101z100000110010nnnnnddddd  ASIMD todo C7.2 FCMGE
FCMLEsMisc         011111101z100000110110nnnnnddddd  ASIMD todo C7.2 FCMLE
FCVTPUsMisc        011111101z100001101010nnnnnddddd  ASIMD todo C7.2 FCVTPU
FCVTZUsMisc        011111101z100001101110nnnnnddddd  ASIMD todo C7.2 FCVTZU
FRSQRTEsMisc       011111101z100001110110nnnnnddddd  ASIMD todo C7.2 FRSQRTE

# cryptosha512_2
letters d=rd n=rn
SHA512SU0          1100111011000000100000nnnnnddddd  SHA512 todo C7.2 SHA512SU0
SM4E               1100111011000000100001nnnnnddddd  SM4 todo C7.2 SM4E

# asisdpair
letters d=rd n=rn z=fsz
ADDPsPair          0101111011110001101110nnnnnddddd  ASIMD todo C7.2 ADDP
FMAXNMPsPaironlyH  0101111000110000110010nnnnnddddd  ASIMD todo C7.2 FMAXNMP
FMAXNMPsPaironlySD 011111100z110000110010nnnnnddddd  ASIMD todo C7.2 FMAXNMP
FADDPsPaironlyH    0101111000110000110110nnnnnddddd  ASIMD todo C7.2 FADDP
FADDPsPaironlySD   011111100z110000110110nnnnnddddd  ASIMD todo C7.2 FADDP
FMAXPsPaironlyH    0101111000110000111110nnnnnddddd  ASIMD todo C7.2 FMAXP
FMAXPsPaironlySD   011111100z110000111110nnnnnddddd  ASIMD todo C7.2 FMAXP
FMINNMPsPaironlyH  0101111010110000110010nnnnnddddd  ASIMD todo C7.2 FMINNMP
FMINNMPsPaironlySD 011111101z110000110010nnnnnddddd  ASIMD todo C7.2 FMINNMP
FMINPsPaironlyH    0101111010110000111110nnnnnddddd  ASIMD todo C7.2 FMINP
FMINPsPaironlySD   011111101z110000111110nnnnnddddd  ASIMD todo C7.2 FMINP

# asimdall
letters Q=q d=rd n=rn s=vsize
SADDLVvAll         0Q001110ss110000001110nnnnnddddd  ASIMD todo C7.2 SADDLV
SMAXVvAll          0Q001110ss110000101010nnnnnddddd  ASIMD todo C7.2 SMAXV
SMINVvAll          0Q001110ss110001101010nnnnnddddd  ASIMD todo C7.2 SMINV
ADDVvAll           0Q001110ss110001101110nnnnnddddd  ASIMD todo C7.2 ADDV
FMAXNMVvAllonlyH   0Q00111000110000110010nnnnnddddd  ASIMD todo C7.2 FMAXNMV
FMAXNMVvAllonlySD  0110111000110000110010nnnnnddddd  ASIMD todo C7.2 FMAXNMV
FMAXVvAllonlyH     0Q00111000110000111110nnnnnddddd  ASIMD todo C7.2 FMAXV
FMAXVvAllonlySD    0110111000110000111110nnnnnddddd  ASIMD todo C7.2 FMAXV
FMINNMVvAllonlyH   0Q00111010110000110010nnnnnddddd  ASIMD todo C7.2 FMINNMV
FMINNMVvAllonlySD  0110111010110000110010nnnnnddddd  ASIMD todo C7.2 FMINNMV
FMINVvAllonlyH     0Q00111010110000111110nnnnnddddd  ASIMD todo C7.2 FMINV
FMINVvAllonlySD    0110111010110000111110nnnnnddddd  ASIMD todo C7.2 FMINV
UADDLVvAll         0Q101110ss110000001110nnnnnddddd  ASIMD todo C7.2 UADDLV
UMAXVvAll          0Q101110ss110000101010nnnnnddddd  ASIMD todo C7.2 UMAXV
UMINVvAll          0Q101110ss110001101010nnnnnddddd  ASIMD todo C7.2 UMINV

# loads and stores; zz is log2 of the size in bytes, the q rows are 16 bytes
letters z=size i=imm9 n=rn t=rt
STURv              zz111100000iiiiiiiii00nnnnnttttt  FP todo C7.2 STUR (unscaled, SIMD&FP)
STURq              00111100100iiiiiiiii00nnnnnttttt  FP todo C7.2 STUR (unscaled, SIMD&FP), 128-bit
LDURv              zz111100010iiiiiiiii00nnnnnttttt  FP todo C7.2 LDUR (unscaled, SIMD&FP)
LDURq              00111100110iiiiiiiii00nnnnnttttt  FP todo C7.2 LDUR (unscaled, SIMD&FP), 128-bit
STRpostv           zz111100000iiiiiiiii01nnnnnttttt  FP todo C7.2 STR (immediate, post-index, SIMD&FP)
STRpostq           00111100100iiiiiiiii01nnnnnttttt  FP todo C7.2 STR (immediate, post-index, SIMD&FP), 128-bit
LDRpostv           zz111100010iiiiiiiii01nnnnnttttt  FP todo C7.2 LDR (immediate, post-index, SIMD&FP)
LDRpostq           00111100110iiiiiiiii01nnnnnttttt  FP todo C7.2 LDR (immediate, post-index, SIMD&FP), 128-bit
STRprev            zz111100000iiiiiiiii11nnnnnttttt  FP todo C7.2 STR (immediate, pre-index, SIMD&FP)
STRpreq            00111100100iiiiiiiii11nnnnnttttt  FP todo C7.2 STR (immediate, pre-index, SIMD&FP), 128-bit
LDRprev            zz111100010iiiiiiiii11nnnnnttttt  FP todo C7.2 LDR (immediate, pre-index, SIMD&FP)
LDRpreq            00111100110iiiiiiiii11nnnnnttttt  FP todo C7.2 LDR (immediate, pre-index, SIMD&FP), 128-bit
letters z=size i=imm12 n=rn t=rt m=rm o=option S=scaled
STRimmv            zz11110100iiiiiiiiiiiinnnnnttttt  FP todo C7.2 STR (immediate, SIMD&FP), unsigned offset
STRimmq            0011110110iiiiiiiiiiiinnnnnttttt  FP todo C7.2 STR (immediate, SIMD&FP), unsigned offset, 128-bit
STRregv            zz111100001mmmmmoooS10nnnnnttttt  FP todo C7.2 STR (register, SIMD&FP)
STRregq            00111100101mmmmmoooS10nnnnnttttt  FP todo C7.2 STR (register, SIMD&FP), 128-bit
LDRimmv            zz11110101iiiiiiiiiiiinnnnnttttt  FP todo C7.2 LDR (immediate, SIMD&FP), unsigned offset
LDRimmq            0011110111iiiiiiiiiiiinnnnnttttt  FP todo C7.2 LDR (immediate, SIMD&FP), unsigned offset, 128-bit
LDRregv            zz111100011mmmmmoooS10nnnnnttttt  FP todo C7.2 LDR (register, SIMD&FP)
LDRregq            00111100111mmmmmoooS10nnnnnttttt  FP todo C7.2 LDR (register, SIMD&FP), 128-bit
letters z=size i=imm7 u=rt2 n=rn t=rt
STNPv              zz10110000iiiiiiiuuuuunnnnnttttt  FP todo C7.2 STNP (SIMD&FP), offset, non-temporal
LDNPv              zz10110001iiiiiiiuuuuunnnnnttttt  FP todo C7.2 LDNP (SIMD&FP), offset, non-temporal
STPpostv           zz10110010iiiiiiiuuuuunnnnnttttt  FP todo C7.2 STP (SIMD&FP), post-index
LDPpostv           zz10110011iiiiiiiuuuuunnnnnttttt  FP todo C7.2 LDP (SIMD&FP), post-index
STPoffv            zz10110100iiiiiiiuuuuunnnnnttttt  FP todo C7.2 STP (SIMD&FP), signed offset
LDPoffv            zz10110101iiiiiiiuuuuunnnnnttttt  FP todo C7.2 LDP (SIMD&FP), signed offset
STPprev            zz10110110iiiiiiiuuuuunnnnnttttt  FP todo C7.2 STP (SIMD&FP), pre-index
LDPprev            zz10110111iiiiiiiuuuuunnnnnttttt  FP todo C7.2 LDP (SIMD&FP), pre-index
LDTPSTTPv          1110110xxxxxxxxxxxxxxxxxxxxxxxxx  LSUI refused,prio=1 C7.2 LDTP, STTP, LDTNP, STTNP (SIMD&FP)
letters z=size i=imm19 t=rt
LDRlitv            zz011100iiiiiiiiiiiiiiiiiiittttt  FP todo C7.2 LDR (literal, SIMD&FP)
letters Q=q v=elsize n=rn t=rt m=rm p=lanesz S=scaled
ST4multi           0Q001100000000000000vvnnnnnttttt  ASIMD todo C7.2 ST4 (multiple structures)
ST4multiPost       0Q001100100mmmmm0000vvnnnnnttttt  ASIMD todo C7.2 ST4 (multiple structures), post-index
ST1x4multi         0Q001100000000000010vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures)
ST1x4multiPost     0Q001100100mmmmm0010vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures), post-index
ST3multi           0Q001100000000000100vvnnnnnttttt  ASIMD todo C7.2 ST3 (multiple structures)
ST3multiPost       0Q001100100mmmmm0100vvnnnnnttttt  ASIMD todo C7.2 ST3 (multiple structures), post-index
ST1x3multi         0Q001100000000000110vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures)
ST1x3multiPost     0Q001100100mmmmm0110vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures), post-index
ST1x1multi         0Q001100000000000111vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures)
ST1x1multiPost     0Q001100100mmmmm0111vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures), post-index
ST2multi           0Q001100000000001000vvnnnnnttttt  ASIMD todo C7.2 ST2 (multiple structures)
ST2multiPost       0Q001100100mmmmm1000vvnnnnnttttt  ASIMD todo C7.2 ST2 (multiple structures), post-index
ST1x2multi         0Q001100000000001010vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures)
ST1x2multiPost     0Q001100100mmmmm1010vvnnnnnttttt  ASIMD todo C7.2 ST1 (multiple structures), post-index
ST1single          0Q00110100000000pp0Svvnnnnnttttt  ASIMD todo C7.2 ST1 (single structure)
ST1singlePost      0Q001101100mmmmmpp0Svvnnnnnttttt  ASIMD todo C7.2 ST1 (single structure), post-index
ST2single          0Q00110100100000pp0Svvnnnnnttttt  ASIMD todo C7.2 ST2 (single structure)
ST2singlePost      0Q001101101mmmmmpp0Svvnnnnnttttt  ASIMD todo C7.2 ST2 (single structure), post-index
ST3single          0Q00110100000000pp1Svvnnnnnttttt  ASIMD todo C7.2 ST3 (single structure)
ST3singlePost      0Q001101100mmmmmpp1Svvnnnnnttttt  ASIMD todo C7.2 ST3 (single structure), post-index
ST4single          0Q00110100100000pp1Svvnnnnnttttt  ASIMD todo C7.2 ST4 (single structure)
ST4singlePost      0Q001101101mmmmmpp1Svvnnnnnttttt  ASIMD todo C7.2 ST4 (single structure), post-index
LD4multi           0Q001100010000000000vvnnnnnttttt  ASIMD todo C7.2 LD4 (multiple structures)
LD4multiPost       0Q001100110mmmmm0000vvnnnnnttttt  ASIMD todo C7.2 LD4 (multiple structures), post-index
LD1x4multi         0Q001100010000000010vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures)
LD1x4multiPost     0Q001100110mmmmm0010vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures), post-index
LD3multi           0Q001100010000000100vvnnnnnttttt  ASIMD todo C7.2 LD3 (multiple structures)
LD3multiPost       0Q001100110mmmmm0100vvnnnnnttttt  ASIMD todo C7.2 LD3 (multiple structures), post-index
LD1x3multi         0Q001100010000000110vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures)
LD1x3multiPost     0Q001100110mmmmm0110vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures), post-index
LD1x1multi         0Q001100010000000111vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures)
LD1x1multiPost     0Q001100110mmmmm0111vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures), post-index
LD2multi           0Q001100010000001000vvnnnnnttttt  ASIMD todo C7.2 LD2 (multiple structures)
LD2multiPost       0Q001100110mmmmm1000vvnnnnnttttt  ASIMD todo C7.2 LD2 (multiple structures), post-index
LD1x2multi         0Q001100010000001010vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures)
LD1x2multiPost     0Q001100110mmmmm1010vvnnnnnttttt  ASIMD todo C7.2 LD1 (multiple structures), post-index
LD1single          0Q00110101000000pp0Svvnnnnnttttt  ASIMD todo C7.2 LD1 (single structure)
LD1singlePost      0Q001101110mmmmmpp0Svvnnnnnttttt  ASIMD todo C7.2 LD1 (single structure), post-index
LD1R               0Q001101010000001100vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD1R
LD1RPost           0Q001101110mmmmm1100vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD1R, post-index
LD2single          0Q00110101100000pp0Svvnnnnnttttt  ASIMD todo C7.2 LD2 (single structure)
LD2singlePost      0Q001101111mmmmmpp0Svvnnnnnttttt  ASIMD todo C7.2 LD2 (single structure), post-index
LD2R               0Q001101011000001100vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD2R
LD2RPost           0Q001101111mmmmm1100vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD2R, post-index
LD3single          0Q00110101000000pp1Svvnnnnnttttt  ASIMD todo C7.2 LD3 (single structure)
LD3singlePost      0Q001101110mmmmmpp1Svvnnnnnttttt  ASIMD todo C7.2 LD3 (single structure), post-index
LD3R               0Q001101010000001110vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD3R
LD3RPost           0Q001101110mmmmm1110vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD3R, post-index
LD4single          0Q00110101100000pp1Svvnnnnnttttt  ASIMD todo C7.2 LD4 (single structure)
LD4singlePost      0Q001101111mmmmmpp1Svvnnnnnttttt  ASIMD todo C7.2 LD4 (single structure), post-index
LD4R               0Q001101011000001110vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD4R
LD4RPost           0Q001101111mmmmm1110vvnnnnnttttt  ASIMD todo,prio=1 C7.2 LD4R, post-index
LDAP1STL1          0x0011010x000001100001xxxxxxxxxx  LRCPC3 refused C7.2 LDAP1, STL1
LDAPURv            xx011101xx0xxxxxxxxx10xxxxxxxxxx  LRCPC3 refused C7.2 LDAPUR, STLUR (SIMD&FP)
MOPS               xx011101xx0xxxxxxxxx01xxxxxxxxxx  MOPS refused C6.2 CPY*, SET*, SETG*
FPATOM             xx111100xx1xxxxxxxxx00xxxxxxxxxx  LSFE refused C7.2 LDFADD, LDFMAX, LDBFADD, STFADD ...
SETGO              xx01110111011111xxxx00xxxxxxxxxx  MOPS refused C6.2 SETGO*

