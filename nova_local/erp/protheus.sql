-- The tables of TOTVS Protheus that Nova reads, as DBAccess makes them in PostgreSQL: blank-padded characters, dates of
-- eight characters, branch, soft delete, record number, and the instant of the last change.
CREATE TABLE public.sbm010 (
    bm_filial character(2) NOT NULL,
    bm_grupo character(4) NOT NULL,
    bm_desc character(30) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sb1010 (
    b1_filial character(2) NOT NULL,
    b1_cod character(15) NOT NULL,
    b1_desc character(60) NOT NULL,
    b1_tipo character(2) NOT NULL,
    b1_um character(2) NOT NULL,
    b1_grupo character(4) NOT NULL,
    b1_locpad character(6) NOT NULL,
    b1_custd double precision NOT NULL,
    b1_uprc double precision NOT NULL,
    b1_lm double precision NOT NULL,
    b1_qe double precision NOT NULL,
    b1_pe double precision NOT NULL,
    b1_tipe character(1) NOT NULL,
    b1_msblql character(1) NOT NULL,
    b1_xcrit character(1) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sb2010 (
    b2_filial character(2) NOT NULL,
    b2_cod character(15) NOT NULL,
    b2_local character(6) NOT NULL,
    b2_qatu double precision NOT NULL,
    b2_reserva double precision NOT NULL,
    b2_salpedi double precision NOT NULL,
    b2_cm1 double precision NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sd3010 (
    d3_filial character(2) NOT NULL,
    d3_tm character(3) NOT NULL,
    d3_cod character(15) NOT NULL,
    d3_um character(2) NOT NULL,
    d3_quant double precision NOT NULL,
    d3_cf character(3) NOT NULL,
    d3_local character(6) NOT NULL,
    d3_cc character(9) NOT NULL,
    d3_doc character(9) NOT NULL,
    d3_emissao character(8) NOT NULL,
    d3_custo1 double precision NOT NULL,
    d3_numseq character(6) NOT NULL,
    d3_estorno character(1) NOT NULL,
    d3_op character(14) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sc1010 (
    c1_filial character(2) NOT NULL,
    c1_num character(6) NOT NULL,
    c1_item character(4) NOT NULL,
    c1_produto character(15) NOT NULL,
    c1_um character(2) NOT NULL,
    c1_quant double precision NOT NULL,
    c1_datprf character(8) NOT NULL,
    c1_emissao character(8) NOT NULL,
    c1_local character(6) NOT NULL,
    c1_filent character(2) NOT NULL,
    c1_cc character(9) NOT NULL,
    c1_pedido character(6) NOT NULL,
    c1_itemped character(4) NOT NULL,
    c1_quje double precision NOT NULL,
    c1_residuo character(1) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sc7010 (
    c7_filial character(2) NOT NULL,
    c7_num character(6) NOT NULL,
    c7_item character(4) NOT NULL,
    c7_produto character(15) NOT NULL,
    c7_um character(2) NOT NULL,
    c7_quant double precision NOT NULL,
    c7_preco double precision NOT NULL,
    c7_total double precision NOT NULL,
    c7_quje double precision NOT NULL,
    c7_datprf character(8) NOT NULL,
    c7_emissao character(8) NOT NULL,
    c7_fornece character(6) NOT NULL,
    c7_loja character(2) NOT NULL,
    c7_numsc character(6) NOT NULL,
    c7_itemsc character(4) NOT NULL,
    c7_local character(6) NOT NULL,
    c7_filent character(2) NOT NULL,
    c7_encer character(1) NOT NULL,
    c7_residuo character(1) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sd1010 (
    d1_filial character(2) NOT NULL,
    d1_doc character(9) NOT NULL,
    d1_serie character(3) NOT NULL,
    d1_fornece character(6) NOT NULL,
    d1_loja character(2) NOT NULL,
    d1_cod character(15) NOT NULL,
    d1_item character(4) NOT NULL,
    d1_um character(2) NOT NULL,
    d1_quant double precision NOT NULL,
    d1_vunit double precision NOT NULL,
    d1_total double precision NOT NULL,
    d1_emissao character(8) NOT NULL,
    d1_dtdigit character(8) NOT NULL,
    d1_pedido character(6) NOT NULL,
    d1_itempc character(4) NOT NULL,
    d1_local character(6) NOT NULL,
    d1_tes character(3) NOT NULL,
    d1_tipo character(1) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sd2010 (
    d2_filial character(2) NOT NULL,
    d2_doc character(9) NOT NULL,
    d2_serie character(3) NOT NULL,
    d2_cliente character(6) NOT NULL,
    d2_loja character(2) NOT NULL,
    d2_cod character(15) NOT NULL,
    d2_um character(2) NOT NULL,
    d2_quant double precision NOT NULL,
    d2_custo1 double precision NOT NULL,
    d2_emissao character(8) NOT NULL,
    d2_local character(6) NOT NULL,
    d2_tes character(3) NOT NULL,
    d2_tipo character(1) NOT NULL,
    d2_numseq character(6) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sf4010 (
    f4_filial character(2) NOT NULL,
    f4_codigo character(3) NOT NULL,
    f4_texto character(20) NOT NULL,
    f4_estoque character(1) NOT NULL,
    f4_tranfil character(1) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.sa2010 (
    a2_filial character(2) NOT NULL,
    a2_cod character(6) NOT NULL,
    a2_loja character(2) NOT NULL,
    a2_nome character(40) NOT NULL,
    a2_est character(2) NOT NULL,
    a2_mun character(60) NOT NULL,
    a2_msblql character(1) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);

CREATE TABLE public.nnr010 (
    nnr_filial character(2) NOT NULL,
    nnr_codigo character(9) NOT NULL,
    nnr_descri character(40) NOT NULL,
    nnr_tipo character(1) NOT NULL,
    nnr_xuf character(2) NOT NULL,
    nnr_xreg character(20) NOT NULL,
    nnr_xtipo character(1) NOT NULL,
    nnr_xcli character(30) NOT NULL,
    d_e_l_e_t_ character(1) NOT NULL,
    r_e_c_n_o_ bigint NOT NULL,
    s_t_a_m_p_ timestamptz NOT NULL
);
